package dev.tokenring.benchmarks.ratio;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the ratios leaves in its file.
 *
 * @param machine where they were run
 * @param commit what was measured; null in files of a time before that
 * @param date when measuring began; null in files of a time before that
 * @param comparisons what was found, row by row
 */
public record Findings(
        Machine machine, @Nullable String commit, @Nullable Instant date, List<Comparison> comparisons) {
    /** Takes what was found; a file of another program's has neither. */
    public Findings {
        requireNonNull(machine, "there is no machine");
        requireNonNull(comparisons, "there are no comparisons");
    }

    /**
     * Reads what {@code ratios --json} wrote.
     *
     * @throws IllegalArgumentException if the file can't be read, or holds something else
     */
    public static Findings read(Path file) {
        return Json.read(file, Findings.class);
    }

    /**
     * Checks that they can stand beside what was found on a machine, be it with another JVM.
     *
     * @throws IllegalArgumentException if they were found on another
     */
    public void requireHardwareOf(Machine other) {
        if (!machine.isHardwareOf(other)) {
            throw new IllegalArgumentException("the later rows were measured on " + machine.describe()
                    + ", and the others on " + other.describe() + ": put them beside those of their own machine");
        }
    }

    void write(Path file) {
        Json.write(file, this);
    }
}
