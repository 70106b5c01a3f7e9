package dev.tokenring.llm.engine;

import dev.tokenring.llm.model.Linear;
import dev.tokenring.llm.model.WeightSpec;
import java.util.List;

/**
 * A tensor that a program holds: one weight of the checkpoint, or several that are used together, one below the other.
 *
 * @param use what the program does with it, which says how it is stored
 * @param parts the weights, from above
 */
record StoredWeight(Use use, List<Part> parts) {
    /** What a weight is there for. */
    enum Use {
        /** To be multiplied with: a row for each output. */
        MATRIX,
        /** To take rows from. */
        TABLE,
        /** Gains and biases, which are few. */
        VECTOR
    }

    /** A weight, and whether the checkpoint has it the other way round. */
    record Part(WeightSpec weight, boolean transposed) {
        long rows() {
            return weight.shape().get(transposed ? 1 : 0);
        }
    }

    static StoredWeight matrix(List<Linear> layers) {
        return new StoredWeight(
                Use.MATRIX,
                layers.stream()
                        .map(layer -> new Part(layer.matrix(), layer.order() == Linear.Order.IN_OUT))
                        .toList());
    }

    static StoredWeight of(Use use, List<WeightSpec> weights) {
        return new StoredWeight(
                use, weights.stream().map(weight -> new Part(weight, false)).toList());
    }

    /** The same numbers, to take rows from. */
    StoredWeight asTable() {
        return new StoredWeight(Use.TABLE, parts);
    }

    long[] shape() {
        long rows = parts.stream().mapToLong(Part::rows).sum();
        Part first = parts.get(0);
        return first.weight().shape().size() == 1
                ? new long[] {rows}
                : new long[] {rows, first.weight().shape().get(first.transposed() ? 0 : 1)};
    }
}
