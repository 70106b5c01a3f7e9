package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Llama 2 and 3, and what is built alike, such as SmolLM: rotated queries and keys, grouped queries, RMS norms before
 * attention and before the feed-forward layer, which is gated, and no biases as a rule. The families that descend from it
 * override what they do differently.
 *
 * @see <a href="https://arxiv.org/abs/2307.09288">Touvron et al., Llama 2, 2023</a>
 * @see <a href="https://arxiv.org/abs/2407.21783">The Llama 3 herd of models, 2024</a>
 */
class Llama implements ModelFamily {
    private static final int MOST_LAYERS = 10_000;
    private static final int MOST = 100_000_000;
    private static final int MOST_OF_A_HEAD = 65_536;

    private final int vocabularySize;
    private final int contextLength;
    private final int width;
    private final int innerWidth;
    private final int layers;
    private final int heads;
    private final int cachedHeads;
    private final int headSize;
    private final double epsilon;
    private final Activation activation;
    private final boolean attentionBias;
    private final boolean innerBias;
    private final boolean tiedHead;
    private final Rotary rotary;

    Llama(JsonFile config) {
        this(config, false, 0);
    }

    /**
     * For a family that has other defaults.
     *
     * @param tiedByDefault whether the head is the embedding
     * @param headSizeByDefault the numbers of a head; 0 if the heads share the width
     */
    Llama(JsonFile config, boolean tiedByDefault, int headSizeByDefault) {
        refuseUnknown(config);
        vocabularySize = config.count("vocab_size", MOST);
        contextLength = config.count("max_position_embeddings", MOST);
        width = config.count("hidden_size", MOST);
        innerWidth = config.count("intermediate_size", MOST);
        layers = config.count("num_hidden_layers", MOST_LAYERS);
        heads = config.count("num_attention_heads", MOST);
        cachedHeads = config.countOr("num_key_value_heads", MOST, heads);
        headSize = config.isPresent("head_dim") || headSizeByDefault > 0
                ? config.countOr("head_dim", MOST_OF_A_HEAD, headSizeByDefault)
                : dividedWidth(config);
        epsilon = config.numberOr("rms_norm_eps", 1e-6);
        activation = Activation.of(config, "hidden_act", "silu");
        attentionBias = config.flagOr("attention_bias", false);
        innerBias = config.flagOr("mlp_bias", false);
        tiedHead = config.flagOr("tie_word_embeddings", tiedByDefault);
        if (heads % cachedHeads != 0) {
            throw new ModelLoadException(config.file() + ": num_attention_heads is " + heads
                    + " and num_key_value_heads is " + cachedHeads
                    + ", but the former must be a multiple of the latter: take the file that belongs to the model");
        }
        if (headSize % 2 != 0) {
            throw new ModelLoadException(config.file() + ": a head has " + headSize
                    + " numbers, but they are rotated in pairs: take the file that belongs to the model");
        }
        if ((long) heads * headSize > MOST) {
            throw new ModelLoadException(config.file() + ": num_attention_heads is " + heads + " and a head has "
                    + headSize + " numbers, but together they must have at most " + MOST
                    + ": take the file that belongs to the model");
        }
        rotary = RotaryScaling.read(config, headSize, contextLength);
    }

    private int dividedWidth(JsonFile config) {
        if (width % heads != 0) {
            throw new ModelLoadException(config.file() + ": hidden_size is " + width + " and num_attention_heads is "
                    + heads + ", but without head_dim the width must be a multiple of the heads:"
                    + " take the file that belongs to the model");
        }
        if (width / heads > MOST_OF_A_HEAD) {
            throw new ModelLoadException(config.file() + ": hidden_size is " + width + " and num_attention_heads is "
                    + heads + ", but a head may have at most " + MOST_OF_A_HEAD
                    + " numbers: take the file that belongs to the model");
        }
        return width / heads;
    }

    private static void refuseUnknown(JsonFile config) {
        for (String key : List.of("num_experts", "num_local_experts")) {
            if (config.isPresent(key) && config.count(key, MOST) > 1) {
                throw config.unsupported(key, "take a model without a mixture of experts");
            }
        }
        for (JsonFile place : List.of(config, config.object("rope_parameters"))) {
            if (place.numberOr("partial_rotary_factor", 1) != 1) {
                throw place.unsupported("partial_rotary_factor", "take a model that rotates whole heads");
            }
        }
    }

    /** Whether the layers that make queries, keys and values add a bias. */
    boolean queryKeyValueBias() {
        return attentionBias;
    }

    /** Whether the layer that brings the heads together adds a bias. */
    boolean outputBias() {
        return attentionBias;
    }

    /** How many tokens a token of a layer sees, itself included. */
    int window(int layer) {
        return Attention.UNLIMITED;
    }

    /** Whether a layer knows positions. */
    boolean rotates(int layer) {
        return true;
    }

    /** Whether each query and each key is normed before it is rotated. */
    boolean headNorms() {
        return false;
    }

    @Override
    public final int contextLength() {
        return contextLength;
    }

    @Override
    public final int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public final int layers() {
        return layers;
    }

    @Override
    public final int cachedHeads() {
        return cachedHeads;
    }

    @Override
    public final int headSize() {
        return headSize;
    }

    @Override
    public final <V> V forward(ForwardPass<V> pass) {
        V x = pass.embedding(tiedHead ? embeddingOrHead() : weight("embed_tokens.weight", vocabularySize, width));
        for (int layer = 0; layer < layers; layer++) {
            String name = "layers." + layer + ".";
            V a = pass.rmsNorm(x, weight(name + "input_layernorm.weight", width), epsilon);
            x = pass.add(x, attention(pass, a, layer, name + "self_attn."));
            a = pass.rmsNorm(x, weight(name + "post_attention_layernorm.weight", width), epsilon);
            x = pass.add(x, feedForward(pass, a, name + "mlp."));
        }
        V last = pass.rmsNorm(pass.wanted(x), weight("norm.weight", width), epsilon);
        return pass.linear(last, new Linear(head(), null, Linear.Order.OUT_IN));
    }

    private <V> V attention(ForwardPass<V> pass, V x, int layer, String name) {
        int cachedWidth = cachedHeads * headSize;
        List<V> parts = pass.linear(
                x,
                List.of(
                        linear(name + "q_proj", width, heads * headSize, queryKeyValueBias()),
                        linear(name + "k_proj", width, cachedWidth, queryKeyValueBias()),
                        linear(name + "v_proj", width, cachedWidth, queryKeyValueBias())));
        V queries = parts.get(0);
        V keys = parts.get(1);
        if (headNorms()) {
            queries = pass.rmsNorm(queries, weight(name + "q_norm.weight", headSize), epsilon);
            keys = pass.rmsNorm(keys, weight(name + "k_norm.weight", headSize), epsilon);
        }
        if (rotates(layer)) {
            queries = pass.rotate(queries, rotary);
            keys = pass.rotate(keys, rotary);
        }
        var attention = new Attention(heads, cachedHeads, headSize, 1 / Math.sqrt(headSize), window(layer));
        V seen = pass.attend(layer, queries, keys, parts.get(2), attention);
        return pass.linear(seen, linear(name + "o_proj", heads * headSize, width, outputBias()));
    }

    private <V> V feedForward(ForwardPass<V> pass, V x, String name) {
        List<V> parts = pass.linear(
                x,
                List.of(
                        linear(name + "gate_proj", width, innerWidth, innerBias),
                        linear(name + "up_proj", width, innerWidth, innerBias)));
        V gated = pass.multiply(pass.activate(parts.get(0), activation), parts.get(1));
        return pass.linear(gated, linear(name + "down_proj", innerWidth, width, innerBias));
    }

    private static Linear linear(String name, int in, int out, boolean withBias) {
        @Nullable WeightSpec bias = withBias ? weight(name + ".bias", out) : null;
        return new Linear(weight(name + ".weight", out, in), bias, Linear.Order.OUT_IN);
    }

    private WeightSpec head() {
        return tiedHead
                ? embeddingOrHead()
                : new WeightSpec(List.of("lm_head.weight"), List.of((long) vocabularySize, (long) width));
    }

    /** One tensor that is both; whoever stored it may have kept either name. */
    private WeightSpec embeddingOrHead() {
        return new WeightSpec(
                List.of("model.embed_tokens.weight", "embed_tokens.weight", "lm_head.weight"),
                List.of((long) vocabularySize, (long) width));
    }

    /** Checkpoints of the bare decoder lack the prefix that those with a head have. */
    private static WeightSpec weight(String name, long... shape) {
        return new WeightSpec(
                List.of("model." + name, name), Arrays.stream(shape).boxed().toList());
    }
}
