package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Metric;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Earlier runs, which tell a ratio that has become worse from one that was never better. They may be of different machines:
 * how two programs compare depends on the machine as well, so a ratio is kept if it was as bad on one of them.
 */
final class Baseline {
    private final Map<String, List<Comparison>> comparisons;
    private final double tolerance;

    /**
     * Takes earlier runs.
     *
     * @param comparisons what they found
     * @param tolerance how many times worse a ratio may be
     */
    Baseline(List<Comparison> comparisons, double tolerance) {
        if (!(tolerance >= 1)) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ": it is a factor, 1 or more");
        }
        this.comparisons = comparisons.stream().collect(Collectors.groupingBy(Comparison::name));
        this.tolerance = tolerance;
    }

    /** Whether a ratio is still what it was; one that was not known before has to meet its bar. */
    boolean isKeptBy(Comparison now) {
        return now.isMet()
                || before(now).stream().anyMatch(before -> now.bar().isKeptBy(now.ratio(), before.ratio(), tolerance));
    }

    private List<Comparison> before(Comparison now) {
        return comparisons.getOrDefault(now.name(), List.of());
    }

    String verdict(Comparison now) {
        String was = before(now).isEmpty()
                ? "new"
                : before(now).stream()
                        .map(before -> Metric.print(before.ratio()))
                        .collect(Collectors.joining(" or ", "was ", ""));
        return (isKeptBy(now) ? "kept" : "WORSE") + ", " + was;
    }
}
