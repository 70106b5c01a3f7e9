package dev.tokenring.benchmarks.generation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A GPT-2: the head is the embedding, biases are everywhere, and matrices are stored as [in, out]. */
record Gpt2Shape(int layers, int heads, int width, int vocabularySize, int contextLength) implements ModelShape {
    /** The smallest that was published, of 124 million weights. */
    static final Gpt2Shape SMALL = new Gpt2Shape(12, 12, 768, 50_257, 1024);

    @Override
    public String name() {
        return "gpt2-%dx%d-heads%d-vocabulary%d-context%d"
                .formatted(layers, width, heads, vocabularySize, contextLength);
    }

    @Override
    public Map<String, Object> config() {
        var config = new LinkedHashMap<String, Object>();
        config.put("architectures", List.of("GPT2LMHeadModel"));
        config.put("model_type", "gpt2");
        config.put("n_layer", layers);
        config.put("n_head", heads);
        config.put("n_embd", width);
        config.put("n_positions", contextLength);
        config.put("n_ctx", contextLength);
        config.put("vocab_size", vocabularySize);
        config.put("layer_norm_epsilon", 1e-5);
        config.put("activation_function", "gelu_new");
        config.put("bos_token_id", CharacterVocabulary.BEGIN);
        config.put("eos_token_id", CharacterVocabulary.END);
        config.put("torch_dtype", "float32");
        return config;
    }

    @Override
    public List<TensorShape> tensors() {
        var tensors = new ArrayList<TensorShape>();
        tensors.add(TensorShape.head("transformer.wte.weight", vocabularySize, width));
        tensors.add(TensorShape.matrix("transformer.wpe.weight", contextLength, width));
        for (int layer = 0; layer < layers; layer++) {
            String name = "transformer.h." + layer + ".";
            addNorm(tensors, name + "ln_1");
            addLinear(tensors, name + "attn.c_attn", width, 3 * width);
            addLinear(tensors, name + "attn.c_proj", width, width);
            addNorm(tensors, name + "ln_2");
            addLinear(tensors, name + "mlp.c_fc", width, 4 * width);
            addLinear(tensors, name + "mlp.c_proj", 4 * width, width);
        }
        addNorm(tensors, "transformer.ln_f");
        return tensors;
    }

    private void addNorm(List<TensorShape> tensors, String name) {
        tensors.add(TensorShape.norm(name + ".weight", width));
        tensors.add(TensorShape.bias(name + ".bias", width));
    }

    private static void addLinear(List<TensorShape> tensors, String name, int in, int out) {
        tensors.add(TensorShape.matrix(name + ".weight", in, out));
        tensors.add(TensorShape.bias(name + ".bias", out));
    }
}
