package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * GPT-2: learned positions, layer norms before attention and before the feed-forward layer, biases everywhere, weights
 * stored as [in, out].
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">
 *     Radford et al., Language Models are Unsupervised Multitask Learners, 2019</a>
 */
final class Gpt2 implements ModelFamily {
    private static final int WEIGHTS_BEFORE_LAYERS = 5;
    private static final int WEIGHTS_PER_LAYER = 12;

    private static final String GELU = "torch.gelu(a)";
    private static final String GELU_BY_TANH = "torch.gelu(a, approximate=\"tanh\")";
    private static final String SILU = "torch.silu(a)";

    /** What transformers calls them; several are names for one function. */
    private static final Map<String, String> ACTIVATIONS = Map.ofEntries(
            Map.entry("gelu", GELU),
            Map.entry("gelu_python", GELU),
            Map.entry("gelu_new", GELU_BY_TANH),
            Map.entry("gelu_fast", GELU_BY_TANH),
            Map.entry("gelu_accurate", GELU_BY_TANH),
            Map.entry("gelu_pytorch_tanh", GELU_BY_TANH),
            Map.entry("quick_gelu", "torch.mul(a, torch.sigmoid(torch.mul(a, 1.702)))"),
            Map.entry("relu", "torch.relu(a)"),
            Map.entry("silu", SILU),
            Map.entry("swish", SILU),
            Map.entry("tanh", "torch.tanh(a)"),
            Map.entry("sigmoid", "torch.sigmoid(a)"));

    private static final int MOST_LAYERS = 10_000;
    private static final int MOST = 100_000_000;

    private final int vocabularySize;
    private final int contextLength;
    private final int width;
    private final int innerWidth;
    private final int layers;
    private final int heads;
    private final double epsilon;
    private final String activation;
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
        String function = config.textOr("activation_function", "gelu_new");
        if (!ACTIVATIONS.containsKey(function)) {
            throw new ModelLoadException(config.file() + ": activation_function is \"" + function
                    + "\", which is not supported: take a model with one of "
                    + String.join(", ", ACTIVATIONS.keySet().stream().sorted().toList()));
        }
        activation = ACTIVATIONS.get(function);
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
    public List<WeightSpec> weights() {
        var weights = new ArrayList<WeightSpec>();
        weights.add(tiedHead ? embeddingOrHead() : weight("wte.weight", vocabularySize, width));
        weights.add(weight("wpe.weight", contextLength, width));
        weights.add(weight("ln_f.weight", width));
        weights.add(weight("ln_f.bias", width));
        weights.add(
                tiedHead
                        ? embeddingOrHead()
                        : new WeightSpec(List.of("lm_head.weight"), List.of((long) vocabularySize, (long) width)));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "h." + layer + ".";
            weights.add(weight(prefix + "ln_1.weight", width));
            weights.add(weight(prefix + "ln_1.bias", width));
            weights.add(weight(prefix + "attn.c_attn.weight", width, 3L * width));
            weights.add(weight(prefix + "attn.c_attn.bias", 3L * width));
            weights.add(weight(prefix + "attn.c_proj.weight", width, width));
            weights.add(weight(prefix + "attn.c_proj.bias", width));
            weights.add(weight(prefix + "ln_2.weight", width));
            weights.add(weight(prefix + "ln_2.bias", width));
            weights.add(weight(prefix + "mlp.c_fc.weight", width, innerWidth));
            weights.add(weight(prefix + "mlp.c_fc.bias", innerWidth));
            weights.add(weight(prefix + "mlp.c_proj.weight", innerWidth, width));
            weights.add(weight(prefix + "mlp.c_proj.bias", width));
        }
        return weights;
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

    @Override
    public String forwardPass() {
        var pass = new StringBuilder("""
                    x = torch.add(torch.embedding(w[0], ids), torch.narrow(w[1], 0, p, n))
                    mask = torch.tril(torch.ones([n, torch.add(p, n)], dtype=11, device=ops.prim.device(ids)), p)
                """);
        for (int layer = 0; layer < layers; layer++) {
            pass.append(layerPass(layer));
        }
        pass.append("""
                    last = torch.layer_norm(torch.narrow(x, 0, torch.sub(n, 1), 1), [${width}], w[2], w[3], ${epsilon})
                    return torch.linear(last, w[4])
                """.replace("${width}", String.valueOf(width)).replace("${epsilon}", String.valueOf(epsilon)));
        return pass.toString();
    }

    private String layerPass(int layer) {
        int first = WEIGHTS_BEFORE_LAYERS + layer * WEIGHTS_PER_LAYER;
        double scale = (scaleByHeadSize ? 1 / Math.sqrt(headSize()) : 1) / (scaleByLayer ? layer + 1 : 1);
        String pass = """
                    a = torch.layer_norm(x, [${width}], w[${0}], w[${1}], ${epsilon})
                    qkv = torch.view(torch.addmm(w[${3}], a, w[${2}]), [n, 3, ${heads}, ${headSize}])
                    qkv = torch.permute(qkv, [1, 2, 0, 3])
                    kv = torch.narrow(torch.select(cache, 0, ${layer}), 2, 0, torch.add(p, n))
                    torch.copy_(torch.narrow(kv, 2, p, n), torch.narrow(qkv, 0, 1, 2))
                    a = torch.scaled_dot_product_attention(torch.unsqueeze(torch.select(qkv, 0, 0), 0), torch.unsqueeze(torch.select(kv, 0, 0), 0), torch.unsqueeze(torch.select(kv, 0, 1), 0), mask, 0., False, scale=${scale})
                    a = torch.reshape(torch.transpose(torch.squeeze(a, 0), 0, 1), [n, ${width}])
                    x = torch.add(x, torch.addmm(w[${5}], a, w[${4}]))
                    a = torch.layer_norm(x, [${width}], w[${6}], w[${7}], ${epsilon})
                    a = torch.addmm(w[${9}], a, w[${8}])
                    a = ${activation}
                    x = torch.add(x, torch.addmm(w[${11}], a, w[${10}]))
                """;
        for (int i = 0; i < WEIGHTS_PER_LAYER; i++) {
            pass = pass.replace("${" + i + "}", String.valueOf(first + i));
        }
        return pass.replace("${activation}", activation)
                .replace("${width}", String.valueOf(width))
                .replace("${heads}", String.valueOf(heads))
                .replace("${headSize}", String.valueOf(headSize()))
                .replace("${layer}", String.valueOf(layer))
                .replace("${scale}", String.valueOf(scale))
                .replace("${epsilon}", String.valueOf(epsilon));
    }
}
