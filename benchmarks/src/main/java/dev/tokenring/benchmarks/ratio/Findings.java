package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run of the ratios leaves in its file.
 *
 * @param machine where they were run
 * @param comparisons what was found, row by row
 */
public record Findings(Machine machine, List<Comparison> comparisons) {
    /**
     * Reads what {@code ratios --json} wrote.
     *
     * @throws IllegalArgumentException if the file can't be read, or holds something else
     */
    public static Findings read(Path file) {
        return Json.read(file, Findings.class);
    }

    void write(Path file) {
        Json.write(file, this);
    }
}
