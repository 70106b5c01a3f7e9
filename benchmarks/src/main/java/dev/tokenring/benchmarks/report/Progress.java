package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;

/**
 * What a report has measured so far, kept in a file line by line as it comes, so that one that ended early can go on where it
 * was. The first line says what it is a report of; each other one has a value and what it is the value of. For one thread.
 */
final class Progress {
    /**
     * What has to be the same for a report to go on.
     *
     * @param machine by its description, with the JVM
     * @param commit what is measured
     * @param quick whether with fewer and shorter runs
     * @param date when measuring began, which stays
     */
    record Begun(String machine, String commit, boolean quick, Instant date) {
        static Begun of(Machine machine, String commit, boolean quick, Instant date) {
            return new Begun(machine.describe(), commit, quick, date);
        }

        private boolean isContinuedBy(Begun other) {
            return new Begun(machine, commit, quick, other.date).equals(other);
        }

        private String describe() {
            return (quick ? "quick, commit " : "commit ") + commit + ", " + machine;
        }
    }

    private record Line(String of, String value) {}

    private final Path file;
    private final Begun begun;
    private final Map<String, Queue<String>> keptByWhat = new HashMap<>();

    private Progress(Path file, Begun begun) {
        this.file = file;
        this.begun = begun;
    }

    /** Begins anew, over what the file held before. */
    static Progress begin(Path file, Begun now) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, Json.line(now) + "\n");
        return new Progress(file, now);
    }

    /**
     * Goes on where the file ends.
     *
     * @throws IllegalArgumentException if there is no such file, or if it is of another commit, machine, JVM or length
     */
    static Progress resume(Path file, Begun now) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "there is no report to resume at " + file + ": leave --resume out, and it begins anew");
        }
        String text = Files.readString(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1); // the last line may have been cut off
        Files.writeString(file, whole);
        List<String> lines = whole.lines().toList();
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(file + " is empty: leave --resume out, and the report begins anew");
        }
        Begun before = parse(lines.get(0), Begun.class, file);
        if (!before.isContinuedBy(now)) {
            throw new IllegalArgumentException(file + " is of " + before.describe() + ", and this would be of "
                    + now.describe() + ": leave --resume out, and the report begins anew");
        }
        var progress = new Progress(file, before);
        for (String one : lines.subList(1, lines.size())) {
            Line line = parse(one, Line.class, file);
            progress.keptByWhat
                    .computeIfAbsent(line.of, key -> new ArrayDeque<>())
                    .add(line.value);
        }
        return progress;
    }

    private static <T> T parse(String line, Class<T> type, Path file) {
        try {
            return Json.parse(line, type);
        } catch (JacksonException wrong) {
            throw new IllegalArgumentException(
                    file + " has a line that no report wrote: " + wrong.getOriginalMessage()
                            + "; leave --resume out, and the report begins anew",
                    wrong);
        }
    }

    Begun begun() {
        return begun;
    }

    /** The next value that is kept of something; if none is left, one that is measured now, and kept. */
    <T> T next(String of, Class<T> type, Supplier<T> measurement) {
        Queue<String> kept = keptByWhat.getOrDefault(of, new ArrayDeque<>());
        String known = kept.poll();
        if (known != null) {
            return Json.parse(known, type);
        }
        T value = measurement.get();
        try {
            Files.writeString(file, Json.line(new Line(of, Json.line(value))) + "\n", StandardOpenOption.APPEND);
        } catch (IOException full) {
            throw new IllegalStateException(file + " can't be written, so what was measured would be lost", full);
        }
        return value;
    }
}
