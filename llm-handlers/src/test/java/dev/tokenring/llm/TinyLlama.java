package dev.tokenring.llm;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of Llama, or of a family that descends from it, with random weights and the vocabulary of {@link TinyModel}. */
public final class TinyLlama {
    private final JsonObject config = new JsonObject();
    private final TinyWeights weights;
    private String prefix = "model.";

    public TinyLlama(String family, long seed) {
        weights = new TinyWeights(seed);
        set("model_type", family).set("vocab_size", 257).set("max_position_embeddings", 64);
        set("hidden_size", 24).set("intermediate_size", 20).set("num_hidden_layers", 3);
        set("num_attention_heads", 4)
                .set("num_key_value_heads", 2)
                .set("head_dim", 6)
                .set("hidden_act", "silu");
        set("rms_norm_eps", 1e-5).set("rope_theta", 100).set("eos_token_id", TinyModel.END);
        set("tie_word_embeddings", false);
    }

    public TinyLlama set(String key, Object value) {
        config.add(key, new Gson().toJsonTree(value));
        return this;
    }

    public TinyLlama without(String key) {
        config.remove(key);
        return this;
    }

    public TinyLlama prefix(String newPrefix) {
        prefix = newPrefix;
        return this;
    }

    public TinyLlama format(String newFormat) {
        weights.format(newFormat);
        return this;
    }

    public TinyLlama shards(int count) {
        weights.shards(count);
        return this;
    }

    JsonElement config(String key) {
        return config.get(key);
    }

    boolean has(String key) {
        return config.has(key) && !config.get(key).isJsonNull();
    }

    int count(String key) {
        return config.get(key).getAsInt();
    }

    boolean flag(String key) {
        return has(key) && config.get(key).getAsBoolean();
    }

    boolean isFamily(String family) {
        return config.get("model_type").getAsString().equals(family);
    }

    int headSize() {
        return has("head_dim") ? count("head_dim") : count("hidden_size") / count("num_attention_heads");
    }

    int cachedHeads() {
        return count(has("num_key_value_heads") ? "num_key_value_heads" : "num_attention_heads");
    }

    float[] weight(String name) {
        return weights.get(name);
    }

    /** Makes the weights and writes the folder. */
    public TinyLlama write(Path folder) {
        int width = count("hidden_size");
        int inner = has("intermediate_size") ? count("intermediate_size") : 20;
        int asked = count("num_attention_heads") * headSize();
        int cached = cachedHeads() * headSize();
        boolean qkvBias = flag("attention_bias") || isFamily("qwen2");
        weights.add("embed_tokens.weight", 0, count("vocab_size"), width);
        for (int layer = 0; layer < count("num_hidden_layers"); layer++) {
            String name = "layers." + layer + ".";
            weights.add(name + "input_layernorm.weight", 1, width);
            addLinear(name + "self_attn.q_proj", width, asked, qkvBias);
            addLinear(name + "self_attn.k_proj", width, cached, qkvBias);
            addLinear(name + "self_attn.v_proj", width, cached, qkvBias);
            addLinear(name + "self_attn.o_proj", asked, width, flag("attention_bias"));
            if (isFamily("qwen3")) {
                weights.add(name + "self_attn.q_norm.weight", 1, headSize());
                weights.add(name + "self_attn.k_norm.weight", 1, headSize());
            }
            weights.add(name + "post_attention_layernorm.weight", 1, width);
            addLinear(name + "mlp.gate_proj", width, inner, flag("mlp_bias"));
            addLinear(name + "mlp.up_proj", width, inner, flag("mlp_bias"));
            addLinear(name + "mlp.down_proj", inner, width, flag("mlp_bias"));
        }
        weights.add("norm.weight", 1, width);
        if (!flag("tie_word_embeddings")) {
            weights.add("lm_head.weight", 0, count("vocab_size"), width);
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config.toString());
            Files.writeString(
                    folder.resolve("tokenizer.json"), ByteTokenizer.json().toString());
            weights.write(folder, name -> name.startsWith("lm_head") ? name : prefix + name, file -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void addLinear(String name, int in, int out, boolean withBias) {
        weights.add(name + ".weight", 0, out, in);
        if (withBias) {
            weights.add(name + ".bias", 0, out);
        }
    }
}
