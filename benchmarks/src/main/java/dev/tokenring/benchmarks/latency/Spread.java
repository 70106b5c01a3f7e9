package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.measure.Figure;
import java.util.Collections;
import java.util.List;

/**
 * What several runs found, percentile by percentile: the one in the middle, and how far they lay apart.
 *
 * @param median of all runs
 * @param lowest of all runs
 * @param highest of all runs
 */
public record Spread(Percentiles median, Percentiles lowest, Percentiles highest) {
    /**
     * Takes runs together.
     *
     * @param runs one at least
     */
    static Spread of(List<Percentiles> runs) {
        return new Spread(
                Percentiles.of(runs, Figure::median),
                Percentiles.of(runs, Collections::min),
                Percentiles.of(runs, Collections::max));
    }
}
