package dev.tokenring.llm.model;

import org.jspecify.annotations.Nullable;

/**
 * A linear layer.
 *
 * @param matrix its weights
 * @param bias added to what comes out, or null
 * @param order how the matrix is stored
 */
public record Linear(WeightSpec matrix, @Nullable WeightSpec bias, Order order) {
    /** What a stored matrix has a row for. */
    public enum Order {
        /** A row for each input, as GPT-2's. */
        IN_OUT,
        /** A row for each output, as almost everybody else's. */
        OUT_IN
    }

    /** How many numbers go in. */
    public int in() {
        return size(order == Order.IN_OUT ? 0 : 1);
    }

    /** How many come out. */
    public int out() {
        return size(order == Order.IN_OUT ? 1 : 0);
    }

    private int size(int dimension) {
        return matrix.shape().get(dimension).intValue();
    }
}
