package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * Measures rows: ours and the reference in turn, each time in a new JVM, every other time in the opposite order. So what
 * the machine does meanwhile meets both alike.
 */
final class Pairs {
    private final ToIntFunction<Row> pairs;
    private final ToDoubleFunction<Setting> runner;

    /**
     * Prepares for measuring.
     *
     * @param pairs tells how many pairs a row takes
     * @param runner gives the value of one new JVM
     */
    Pairs(ToIntFunction<Row> pairs, ToDoubleFunction<Setting> runner) {
        this.pairs = pairs;
        this.runner = runner;
    }

    Comparison measure(Row row) {
        List<Double> ours = new ArrayList<>();
        List<Double> references = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        Setting reference = row.reference();
        int wanted = reference == null ? 1 : pairs.applyAsInt(row);
        for (int pair = 0; pair < wanted; pair++) {
            boolean oursFirst = pair % 2 == 0;
            if (oursFirst) {
                ours.add(runner.applyAsDouble(row.ours()));
            }
            if (reference != null) {
                references.add(runner.applyAsDouble(reference));
            }
            if (!oursFirst) {
                ours.add(runner.applyAsDouble(row.ours()));
            }
            ratios.add(row.bar().value(ours.get(pair), reference == null ? Double.NaN : references.get(pair)));
        }
        return new Comparison(
                row.name(),
                row.promise(),
                row.bar(),
                new Figure(row.ours(), ours),
                reference == null ? null : new Figure(reference, references),
                ratios);
    }
}
