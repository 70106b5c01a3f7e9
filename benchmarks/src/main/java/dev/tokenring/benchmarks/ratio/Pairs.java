package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * Measures rows, round by round: of each row a pair, ours and the reference in turn, each time in a new JVM, every other
 * time in the opposite order; then of each row the next pair. So what the machine does meanwhile meets both alike, and all
 * rows.
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

    /**
     * Measures rows.
     *
     * @param done told of each row as soon as it has its last pair
     * @return what was found, in the order of the rows
     */
    List<Comparison> measure(List<Row> rows, Consumer<Comparison> done) {
        List<Taken> all = rows.stream().map(Taken::new).toList();
        int rounds = all.stream().mapToInt(one -> one.wanted).max().orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (Taken one : all) {
                if (round < one.wanted) {
                    one.takePair(round % 2 == 0);
                    if (round + 1 == one.wanted) {
                        done.accept(one.comparison());
                    }
                }
            }
        }
        return all.stream().map(Taken::comparison).toList();
    }

    /** What has been measured of a row. */
    private final class Taken {
        private final Row row;
        private final int wanted;
        private final List<Double> ours = new ArrayList<>();
        private final List<Double> references = new ArrayList<>();
        private final List<Double> ratios = new ArrayList<>();

        private Taken(Row row) {
            this.row = row;
            this.wanted = row.reference() == null ? 1 : pairs.applyAsInt(row);
        }

        private void takePair(boolean oursFirst) {
            Setting reference = row.reference();
            double own = oursFirst ? runner.applyAsDouble(row.ours()) : Double.NaN;
            double other = reference == null ? Double.NaN : runner.applyAsDouble(reference);
            if (!oursFirst) {
                own = runner.applyAsDouble(row.ours());
            }
            ours.add(own);
            references.add(other);
            ratios.add(row.bar().value(own, other));
        }

        private Comparison comparison() {
            Setting reference = row.reference();
            return new Comparison(
                    row.name(),
                    row.promise(),
                    row.bar(),
                    new Figure(row.ours(), List.copyOf(ours)),
                    reference == null ? null : new Figure(reference, List.copyOf(references)),
                    List.copyOf(ratios));
        }
    }
}
