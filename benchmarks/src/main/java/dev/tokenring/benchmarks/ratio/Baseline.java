package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Earlier runs, which tell a ratio that has become worse from one that was never better. How two programs compare depends on
 * the machine as well: what is known of this kind of processor counts alone, and a ratio may be worse than its worst pair by
 * the tolerance, but no more, whatever the bar is. What is known of other machines only has to meet its bar, or to be as good
 * as on any of them.
 */
final class Baseline {
    private final Map<String, List<Comparison>> here;
    private final Map<String, List<Comparison>> anywhere;
    private final double tolerance;

    /**
     * Takes earlier runs.
     *
     * @param runs what they found
     * @param here the machine that is compared
     * @param tolerance how many times worse a ratio may be
     */
    Baseline(List<Findings> runs, Machine here, double tolerance) {
        if (!(tolerance >= 1)) {
            throw new IllegalArgumentException("--tolerance is " + tolerance + ": it is a factor, 1 or more");
        }
        this.here = byName(runs.stream().filter(run -> isLike(run.machine(), here)));
        this.anywhere = byName(runs.stream());
        this.tolerance = tolerance;
    }

    private static Map<String, List<Comparison>> byName(Stream<Findings> runs) {
        return runs.flatMap(run -> run.comparisons().stream()).collect(Collectors.groupingBy(Comparison::name));
    }

    private static boolean isLike(Machine one, Machine other) {
        return one.processor().equals(other.processor()) && one.processors() == other.processors();
    }

    /** Whether a ratio is still what it was; one that was not known before has to meet its bar. */
    boolean isKeptBy(Comparison now) {
        return (now.isMet() && !here.containsKey(now.name()))
                || before(now).stream().anyMatch(before -> now.bar().isKeptBy(now.ratio(), before.worst(), tolerance));
    }

    private List<Comparison> before(Comparison now) {
        return here.getOrDefault(now.name(), anywhere.getOrDefault(now.name(), List.of()));
    }

    String verdict(Comparison now) {
        String was = before(now).isEmpty()
                ? "new"
                : before(now).stream()
                        .map(before -> Metric.print(before.ratio()) + " at worst " + Metric.print(before.worst()))
                        .collect(Collectors.joining(" or ", "was ", ""));
        return (isKeptBy(now) ? "kept" : "WORSE") + ", " + was;
    }
}
