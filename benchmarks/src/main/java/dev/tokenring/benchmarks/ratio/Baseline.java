package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Metric;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An earlier run, which tells a ratio that has become worse from one that was never better. */
final class Baseline {
    private final Map<String, Comparison> comparisons;
    private final double tolerance;

    /**
     * Takes an earlier run.
     *
     * @param comparisons what it found
     * @param tolerance how many times worse a ratio may be
     */
    Baseline(List<Comparison> comparisons, double tolerance) {
        if (!(tolerance >= 1)) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ": it is a factor, 1 or more");
        }
        this.comparisons = comparisons.stream().collect(Collectors.toMap(Comparison::name, Function.identity()));
        this.tolerance = tolerance;
    }

    /** Whether a ratio is still what it was; one that was not known before has to meet its bar. */
    boolean isKeptBy(Comparison now) {
        Comparison before = comparisons.get(now.name());
        return now.isMet() || (before != null && now.bar().isKeptBy(now.ratio(), before.ratio(), tolerance));
    }

    String verdict(Comparison now) {
        Comparison before = comparisons.get(now.name());
        String was = before == null ? "new" : "was " + Metric.print(before.ratio());
        return (isKeptBy(now) ? "kept" : "WORSE") + ", " + was;
    }
}
