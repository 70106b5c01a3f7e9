package dev.tokenring.llm;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A GPT-2 folder with random weights, written by a test. Its vocabulary is the 256 bytes, in the order of their values,
 * and {@code <|endoftext|>} after them. Each weight is a small fraction that every number format holds exactly.
 */
public final class TinyModel {
    public static final int END = 256;

    private final JsonObject config = new JsonObject();
    private final TinyWeights weights;
    private String prefix = "transformer.";
    private boolean withBuffers;
    private String storedEmbedding = "wte.weight";

    public TinyModel(long seed) {
        weights = new TinyWeights(seed);
        config.addProperty("model_type", "gpt2");
        set("vocab_size", 257).set("n_positions", 24).set("n_embd", 12).set("n_layer", 3);
        set("n_head", 3)
                .set("activation_function", "gelu_new")
                .set("layer_norm_epsilon", 1e-5)
                .set("eos_token_id", END);
    }

    public TinyModel set(String key, Object value) {
        config.add(key, new com.google.gson.Gson().toJsonTree(value));
        return this;
    }

    public TinyModel prefix(String newPrefix) {
        prefix = newPrefix;
        return this;
    }

    public TinyModel format(String newFormat) {
        weights.format(newFormat);
        return this;
    }

    /** Adds what old checkpoints hold beside the weights. */
    public TinyModel withBuffers() {
        withBuffers = true;
        return this;
    }

    /** Writes the weights as several files with an index. */
    public TinyModel shards(int count) {
        weights.shards(count);
        return this;
    }

    /** Stores the embedding under the name of the head, as some do when both are one. */
    public TinyModel embeddingStoredAs(String name) {
        storedEmbedding = name;
        return this;
    }

    JsonObject config() {
        return config;
    }

    int count(String key) {
        return config.get(key).getAsInt();
    }

    boolean flag(String key, boolean otherwise) {
        return config.has(key) ? config.get(key).getAsBoolean() : otherwise;
    }

    float[] weight(String name) {
        return weights.get(name);
    }

    int innerWidth() {
        return config.has("n_inner") && !config.get("n_inner").isJsonNull() ? count("n_inner") : 4 * count("n_embd");
    }

    /** Makes the weights and writes the folder. */
    public TinyModel write(Path folder) {
        int width = count("n_embd");
        add("wte.weight", 0, count("vocab_size"), width);
        add("wpe.weight", 0, count("n_positions"), width);
        for (int layer = 0; layer < count("n_layer"); layer++) {
            String h = "h." + layer + ".";
            addNorm(h + "ln_1", width);
            addLinear(h + "attn.c_attn", width, 3 * width);
            addLinear(h + "attn.c_proj", width, width);
            addNorm(h + "ln_2", width);
            addLinear(h + "mlp.c_fc", width, innerWidth());
            addLinear(h + "mlp.c_proj", innerWidth(), width);
        }
        addNorm("ln_f", width);
        if (!flag("tie_word_embeddings", true)) {
            add("lm_head.weight", 0, count("vocab_size"), width);
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config.toString());
            Files.writeString(
                    folder.resolve("tokenizer.json"), ByteTokenizer.json().toString());
            weights.write(folder, this::storedName, withBuffers ? this::addBuffers : data -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void addLinear(String name, int in, int out) {
        add(name + ".weight", 0, in, out);
        add(name + ".bias", 0, out);
    }

    private void addNorm(String name, int width) {
        add(name + ".weight", 1, width);
        add(name + ".bias", 0, width);
    }

    private void add(String name, float middle, Integer... shape) {
        weights.add(name, middle, shape);
    }

    private void addBuffers(TinyWeights.SafeTensorsWriter file) {
        for (int layer = 0; layer < count("n_layer"); layer++) {
            file.add(prefix + "h." + layer + ".attn.bias", "BOOL", List.of(1, 1, 24, 24), new byte[24 * 24]);
            file.add(prefix + "h." + layer + ".attn.masked_bias", "F32", List.of(), new byte[] {0, 64, 28, -58});
        }
    }

    private String storedName(String name) {
        if (name.equals("wte.weight") && storedEmbedding.equals("lm_head.weight")) {
            return storedEmbedding;
        }
        return name.startsWith("lm_head") ? name : prefix + name;
    }
}
