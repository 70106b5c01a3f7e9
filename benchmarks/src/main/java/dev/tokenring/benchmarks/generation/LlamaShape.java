package dev.tokenring.benchmarks.generation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Llama whose heads all have keys and values of their own, and whose head is not the embedding: what every program that
 * reads Llamas has read from the first.
 */
record LlamaShape(int layers, int heads, int width, int innerWidth, int vocabularySize, int contextLength)
        implements ModelShape {
    /** As wide and as deep as the smallest GPT-2, with Llama 2's vocabulary: 134 million weights. */
    static final LlamaShape SMALL = new LlamaShape(12, 12, 768, 2048, 32_000, 2048);

    static final double EPSILON = 1e-5;
    static final double ROTARY_BASE = 10_000;

    @Override
    public String name() {
        return "llama-%dx%d-inner%d-heads%d-vocabulary%d-context%d"
                .formatted(layers, width, innerWidth, heads, vocabularySize, contextLength);
    }

    @Override
    public Map<String, Object> config() {
        var config = new LinkedHashMap<String, Object>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("num_hidden_layers", layers);
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", heads);
        config.put("hidden_size", width);
        config.put("intermediate_size", innerWidth);
        config.put("max_position_embeddings", contextLength);
        config.put("vocab_size", vocabularySize);
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", EPSILON);
        config.put("rope_theta", ROTARY_BASE);
        config.put("tie_word_embeddings", false);
        config.put("bos_token_id", CharacterVocabulary.BEGIN);
        config.put("eos_token_id", CharacterVocabulary.END);
        config.put("torch_dtype", "float32");
        return config;
    }

    @Override
    public List<TensorShape> tensors() {
        var tensors = new ArrayList<TensorShape>();
        tensors.add(TensorShape.matrix("model.embed_tokens.weight", vocabularySize, width));
        for (int layer = 0; layer < layers; layer++) {
            String name = "model.layers." + layer + ".";
            tensors.add(TensorShape.norm(name + "input_layernorm.weight", width));
            for (String part : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                tensors.add(TensorShape.matrix(name + "self_attn." + part + ".weight", width, width));
            }
            tensors.add(TensorShape.norm(name + "post_attention_layernorm.weight", width));
            tensors.add(TensorShape.matrix(name + "mlp.gate_proj.weight", innerWidth, width));
            tensors.add(TensorShape.matrix(name + "mlp.up_proj.weight", innerWidth, width));
            tensors.add(TensorShape.matrix(name + "mlp.down_proj.weight", width, innerWidth));
        }
        tensors.add(TensorShape.norm("model.norm.weight", width));
        tensors.add(TensorShape.head("lm_head.weight", vocabularySize, width));
        return tensors;
    }
}
