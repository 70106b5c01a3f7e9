package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.measure.Figure;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Times at the percentiles that are told: 50, 90, 99, 99.9, 99.99, and 100 for the longest.
 *
 * @param micros percentile to microseconds
 */
public record Percentiles(SortedMap<Double, Double> micros) {
    static final List<Double> TOLD = List.of(50.0, 90.0, 99.0, 99.9, 99.99, 100.0);

    static Percentiles of(Histogram ns) {
        SortedMap<Double, Double> micros = new TreeMap<>();
        TOLD.forEach(percentile -> micros.put(percentile, ns.getValueAtPercentile(percentile) / 1000.0));
        return new Percentiles(micros);
    }

    /** The median of several runs, percentile by percentile. */
    static Percentiles median(List<Percentiles> runs) {
        SortedMap<Double, Double> micros = new TreeMap<>();
        TOLD.forEach(percentile -> micros.put(
                percentile,
                Figure.median(
                        runs.stream().map(run -> run.micros.get(percentile)).toList())));
        return new Percentiles(micros);
    }
}
