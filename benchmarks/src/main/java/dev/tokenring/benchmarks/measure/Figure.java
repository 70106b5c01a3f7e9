package dev.tokenring.benchmarks.measure;

import java.util.List;

/**
 * What was measured of one setting.
 *
 * @param setting what was run
 * @param samples the values of the setting's metric, one for each JVM; one at least
 */
public record Figure(Setting setting, List<Double> samples) {
    /** The figure's value. */
    public double median() {
        return median(samples);
    }

    /** The lowest value of a JVM: where an error bar begins. */
    public double low() {
        return samples.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The highest value of a JVM: where an error bar ends. */
    public double high() {
        return samples.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** The value in the middle; of an even number of them, the mean of the two. */
    public static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
