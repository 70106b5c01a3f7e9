package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Earlier runs, which tell a ratio that has become worse from one that was never better. How two programs compare depends on
 * the machine as well: where there are runs of this kind of processor, they alone count, and a ratio may be worse than the
 * worst pair of theirs by the tolerance, but no more, whatever its bar is. On other machines a ratio has to meet its bar, or
 * to be as good as on any of them.
 */
final class Baseline {
    private final Map<String, List<Comparison>> comparisons;
    private final boolean ofThisProcessor;
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
        List<Findings> same =
                runs.stream().filter(run -> isLike(run.machine(), here)).toList();
        this.ofThisProcessor = !same.isEmpty();
        this.comparisons = (ofThisProcessor ? same : runs)
                .stream().flatMap(run -> run.comparisons().stream()).collect(Collectors.groupingBy(Comparison::name));
        this.tolerance = tolerance;
    }

    private static boolean isLike(Machine one, Machine other) {
        return one.processor().equals(other.processor()) && one.processors() == other.processors();
    }

    /** Whether a ratio is still what it was; one that was not known before has to meet its bar. */
    boolean isKeptBy(Comparison now) {
        List<Comparison> known = before(now);
        return (now.isMet() && (!ofThisProcessor || known.isEmpty()))
                || known.stream().anyMatch(before -> now.bar().isKeptBy(now.ratio(), before.worst(), tolerance));
    }

    private List<Comparison> before(Comparison now) {
        return comparisons.getOrDefault(now.name(), List.of());
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
