package dev.tokenring.benchmarks.latency;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
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

    /** One of several runs, or what lies between two of them, chosen percentile by percentile. */
    static Percentiles of(List<Percentiles> runs, ToDoubleFunction<List<Double>> choice) {
        SortedMap<Double, Double> micros = new TreeMap<>();
        TOLD.forEach(percentile -> micros.put(
                percentile,
                choice.applyAsDouble(
                        runs.stream().map(run -> run.micros.get(percentile)).toList())));
        return new Percentiles(micros);
    }
}
