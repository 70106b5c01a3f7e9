package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ratios --json}, or an earlier report, found on other machines. How two programs compare depends on the machine too: on what a cache line
 * costs that goes from core to core, for example.
 */
final class Elsewhere {
    /** The folder beside the page that has their results, one file a machine. */
    static final String FOLDER = "elsewhere";

    /** So many digits of a commit tell it from all others. */
    private static final int SHORT = 10;

    private final Path folder;
    private final List<Path> files;
    private final List<Findings> others;

    private Elsewhere(Path folder, List<Path> files) {
        this.folder = folder;
        this.files = files;
        this.others = files.stream().map(Findings::read).toList();
    }

    /** Reads what there is beside a page. */
    static Elsewhere besides(Path page) throws IOException {
        Path folder = page.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return new Elsewhere(folder, List.of());
        }
        try (Stream<Path> files = Files.list(folder)) {
            return new Elsewhere(
                    folder,
                    files.filter(file -> file.toString().endsWith(".json"))
                            .sorted()
                            .toList());
        }
    }

    /** A line that says which files were taken, for a page that is written to another folder has other ones beside it. */
    String files() {
        return files.isEmpty()
                ? "other machines: none, as there is no .json file in " + folder
                : "other machines: " + files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** Where the figures of other machines come from, as the end of a sentence; empty if there are none. */
    String origin() {
        return others.isEmpty()
                ? ""
                : ", and, for the table of other machines, from what `ratios --json` or `report` wrote there, which is in [%s](%s)"
                        .formatted(FOLDER, FOLDER);
    }

    /** A table of the ratios on each machine, this one first; empty if there is no other. */
    String table(Results here) {
        if (others.isEmpty()) {
            return "";
        }
        String heads = others.stream()
                .map(other -> " | " + describe(other.machine()) + version(other.commit(), other.date()))
                .collect(Collectors.joining());
        String rule = "|---|---|--:" + "|--:".repeat(others.size()) + "|";
        String rows = promises(here).stream().map(promise -> row(promise, here)).collect(Collectors.joining("\n"));
        return """
                ### On other machines

                How two programs compare depends on the machine too: on what a cache line costs that goes from core to core, and \
                on whether a thread that runs ahead makes the other's messages come in crowds. Ratios, where **bold** ones miss \
                the bar:

                | promise | bar | %s%s |
                %s
                %s""".formatted(describe(here.machine()) + version(here.commit(), here.date()), heads, rule, rows);
    }

    /** A sentence for each other machine; empty if there is none. */
    String summary() {
        return others.stream()
                .map(other -> "On another machine (%s), %d of the %d that were checked there were met."
                        .formatted(
                                describe(other.machine()),
                                other.comparisons().stream()
                                        .filter(Comparison::isMet)
                                        .count(),
                                other.comparisons().size()))
                .collect(Collectors.joining(" "));
    }

    /** A comparison for each promise that was checked anywhere, those of this machine first. */
    private Collection<Comparison> promises(Results here) {
        Map<String, Comparison> byName = new LinkedHashMap<>();
        here.comparisons().forEach(comparison -> byName.put(comparison.name(), comparison));
        others.forEach(
                other -> other.comparisons().forEach(comparison -> byName.putIfAbsent(comparison.name(), comparison)));
        return byName.values();
    }

    private String row(Comparison promise, Results here) {
        String elsewhere = others.stream()
                .map(other -> " | " + ratioOf(promise, other.comparisons()))
                .collect(Collectors.joining());
        return "| %s | %s | %s%s |"
                .formatted(promise.promise(), promise.bar(), ratioOf(promise, here.comparisons()), elsewhere);
    }

    private static String ratioOf(Comparison promise, List<Comparison> found) {
        return found.stream()
                .filter(comparison -> comparison.name().equals(promise.name()))
                .findFirst()
                .map(Elsewhere::ratio)
                .orElse("–");
    }

    private static String ratio(Comparison comparison) {
        String ratio = Metric.print(comparison.ratio());
        return comparison.isMet() ? ratio : "**" + ratio + "**";
    }

    private static String describe(Machine machine) {
        return "%s, %d processors".formatted(machine.processor(), machine.processors());
    }

    private static String version(@Nullable String commit, @Nullable Instant date) {
        return (commit == null ? "" : ", `" + commit.substring(0, Math.min(SHORT, commit.length())) + "`")
                + (date == null ? "" : ", " + date.atZone(ZoneOffset.UTC).toLocalDate());
    }
}
