package dev.tokenring.llm.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a family says its forward pass with. The engine turns what is said into a program; in which precision it computes,
 * on which device, and how many sequences at once, is the engine's business.
 *
 * <p>A value has one row for each token of the step, whichever sequence it belongs to. Only attention looks at other
 * tokens, and at those of the same sequence alone. A weight is named where it is used, and what it is used for says how it
 * may be stored: one that is used twice, as an embedding that is also the head, is loaded once.
 *
 * @param <V> what stands for a value while the pass is being said
 */
public interface ForwardPass<V> {
    /** For each token the row of the table that its id names. */
    V embedding(WeightSpec table);

    /** For each token the row of the table that its position in its sequence names. */
    V positionEmbedding(WeightSpec table);

    /** Brings each row to mean 0 and variance 1, then multiplies by the gain and adds the bias. */
    V layerNorm(V x, WeightSpec gain, @Nullable WeightSpec bias, double epsilon);

    /**
     * Brings each row to a mean square of 1, then multiplies by the gain. A gain that is shorter than a row is meant for
     * each part of its length, such as a head.
     */
    V rmsNorm(V x, WeightSpec gain, double epsilon);

    /** Several linear layers over one input, which the engine may compute as one. */
    List<V> linear(V x, List<Linear> layers);

    /** A linear layer. */
    default V linear(V x, Linear layer) {
        return linear(x, List.of(layer)).get(0);
    }

    /** Cuts each row into parts of the same length. */
    List<V> split(V x, int parts);

    V add(V a, V b);

    V multiply(V a, V b);

    V activate(V x, Activation function);

    /** Rotates each head by its token's position. */
    V rotate(V heads, Rotary rotary);

    /**
     * Adds the keys and values to what the cache has for a layer, and lets each token look at those up to itself.
     *
     * @param layer from 0; each layer is attended to once
     */
    V attend(int layer, V queries, V keys, V values, Attention attention);

    /** Keeps those rows only after which logits are wanted; what follows is not computed for the others. */
    V wanted(V x);
}
