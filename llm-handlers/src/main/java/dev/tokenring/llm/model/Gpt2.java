package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.Arrays;
import java.util.List;

/**
 * GPT-2: learned positions, layer norms before attention and before the feed-forward layer, biases everywhere, weights
 * stored as [in, out].
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">
 *     Radford et al., Language Models are Unsupervised Multitask Learners, 2019</a>
 */
final class Gpt2 implements ModelFamily {
    private static final int MOST_LAYERS = 10_000;
    private static final int MOST = 100_000_000;

    private final int vocabularySize;
    private final int contextLength;
    private final int width;
    private final int innerWidth;
    private final int layers;
    private final int heads;
    private final double epsilon;
    private final Activation activation;
    private final boolean tiedHead;
    private final boolean scaleByHeadSize;
    private final boolean scaleByLayer;

    Gpt2(JsonFile config) {
        vocabularySize = config.count("vocab_size", MOST);
        contextLength = config.count(config.isPresent("n_positions") ? "n_positions" : "n_ctx", MOST);
        width = config.count("n_embd", MOST);
        layers = config.count("n_layer", MOST_LAYERS);
        heads = config.count("n_head", MOST);
        innerWidth = config.countOr("n_inner", 4 * MOST, 4 * width);
        epsilon = config.numberOr("layer_norm_epsilon", 1e-5);
        tiedHead = config.flagOr("tie_word_embeddings", true);
        scaleByHeadSize = config.flagOr("scale_attn_weights", true);
        scaleByLayer = config.flagOr("scale_attn_by_inverse_layer_idx", false);
        activation = Activation.of(config, "activation_function", "gelu_new");
        if (width % heads != 0) {
            throw new ModelLoadException(config.file() + ": n_embd is " + width + " and n_head is " + heads
                    + ", but the width must be a multiple of the heads: take the file that belongs to the model");
        }
        if (config.flagOr("add_cross_attention", false)) {
            throw new ModelLoadException(config.file()
                    + ": add_cross_attention is true, which is not supported: take a model without an encoder");
        }
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int layers() {
        return layers;
    }

    @Override
    public int cachedHeads() {
        return heads;
    }

    @Override
    public int headSize() {
        return width / heads;
    }

    @Override
    public <V> V forward(ForwardPass<V> pass) {
        V x = pass.add(
                pass.embedding(tiedHead ? embeddingOrHead() : weight("wte.weight", vocabularySize, width)),
                pass.positionEmbedding(weight("wpe.weight", contextLength, width)));
        for (int layer = 0; layer < layers; layer++) {
            String name = "h." + layer + ".";
            V a = norm(pass, x, name + "ln_1");
            List<V> heads = pass.split(pass.linear(a, linear(name + "attn.c_attn", width, 3 * width)), 3);
            a = pass.attend(layer, heads.get(0), heads.get(1), heads.get(2), attention(layer));
            x = pass.add(x, pass.linear(a, linear(name + "attn.c_proj", width, width)));
            a = norm(pass, x, name + "ln_2");
            a = pass.activate(pass.linear(a, linear(name + "mlp.c_fc", width, innerWidth)), activation);
            x = pass.add(x, pass.linear(a, linear(name + "mlp.c_proj", innerWidth, width)));
        }
        return pass.linear(norm(pass, pass.wanted(x), "ln_f"), new Linear(head(), null, Linear.Order.OUT_IN));
    }

    private Attention attention(int layer) {
        double scale = (scaleByHeadSize ? 1 / Math.sqrt(headSize()) : 1) / (scaleByLayer ? layer + 1 : 1);
        return new Attention(heads, heads, headSize(), scale, Attention.UNLIMITED);
    }

    private <V> V norm(ForwardPass<V> pass, V x, String name) {
        return pass.layerNorm(x, weight(name + ".weight", width), weight(name + ".bias", width), epsilon);
    }

    private static Linear linear(String name, int in, int out) {
        return new Linear(weight(name + ".weight", in, out), weight(name + ".bias", out), Linear.Order.IN_OUT);
    }

    private WeightSpec head() {
        return tiedHead
                ? embeddingOrHead()
                : new WeightSpec(List.of("lm_head.weight"), List.of((long) vocabularySize, (long) width));
    }

    /** One tensor that is both; whoever stored it may have kept either name. */
    private WeightSpec embeddingOrHead() {
        return new WeightSpec(
                List.of("transformer.wte.weight", "wte.weight", "lm_head.weight"),
                List.of((long) vocabularySize, (long) width));
    }

    /** Checkpoints of the bare decoder lack the prefix that those with a head have. */
    private static WeightSpec weight(String name, long... shape) {
        return new WeightSpec(
                List.of("transformer." + name, name),
                Arrays.stream(shape).boxed().toList());
    }
}
