package dev.tokenring.llm;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A GPT-2 folder with random weights, written by a test. Its vocabulary is the 256 bytes, in the order of their values,
 * and {@code <|endoftext|>} after them. Each weight is a small fraction that every number format holds exactly.
 */
public final class TinyModel {
    public static final int END = 256;

    private final JsonObject config = new JsonObject();
    private final Map<String, float[]> weightByName = new LinkedHashMap<>();
    private final Map<String, List<Integer>> shapeByName = new LinkedHashMap<>();
    private final Random random;
    private String prefix = "transformer.";
    private String format = "F32";
    private boolean withBuffers;
    private String storedEmbedding = "wte.weight";

    public TinyModel(long seed) {
        random = new Random(seed);
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
        format = newFormat;
        return this;
    }

    /** Adds what old checkpoints hold beside the weights. */
    public TinyModel withBuffers() {
        withBuffers = true;
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
        return weightByName.get(name);
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
            Files.writeString(folder.resolve("tokenizer.json"), tokenizer().toString());
            Files.write(folder.resolve("model.safetensors"), safetensors());
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
        int size = List.of(shape).stream().reduce(1, Math::multiplyExact);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = middle + (random.nextInt(65) - 32) / 64f;
        }
        weightByName.put(name, values);
        shapeByName.put(name, List.of(shape));
    }

    private String storedName(String name) {
        if (name.equals("wte.weight") && storedEmbedding.equals("lm_head.weight")) {
            return storedEmbedding;
        }
        return name.startsWith("lm_head") ? name : prefix + name;
    }

    private byte[] safetensors() {
        var header = new JsonObject();
        var metadata = new JsonObject();
        metadata.addProperty("format", "pt");
        header.add("__metadata__", metadata);
        ByteBuffer data = ByteBuffer.allocate(1 << 22).order(ByteOrder.LITTLE_ENDIAN);
        weightByName.forEach((name, values) -> {
            int begin = data.position();
            for (float value : values) {
                put(data, value);
            }
            header.add(storedName(name), entry(format, shapeByName.get(name), begin, data.position()));
        });
        if (withBuffers) {
            for (int layer = 0; layer < count("n_layer"); layer++) {
                int begin = data.position();
                data.put(new byte[24 * 24]);
                header.add(
                        prefix + "h." + layer + ".attn.bias",
                        entry("BOOL", List.of(1, 1, 24, 24), begin, data.position()));
                data.putFloat(-10_000);
                header.add(
                        prefix + "h." + layer + ".attn.masked_bias",
                        entry("F32", List.of(), data.position() - 4, data.position()));
            }
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.position()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(data.flip());
        return file.array();
    }

    private static JsonObject entry(String dtype, List<Integer> shape, int begin, int end) {
        var entry = new JsonObject();
        entry.addProperty("dtype", dtype);
        var sizes = new JsonArray();
        shape.forEach(sizes::add);
        entry.add("shape", sizes);
        var offsets = new JsonArray();
        offsets.add(begin);
        offsets.add(end);
        entry.add("data_offsets", offsets);
        return entry;
    }

    private void put(ByteBuffer data, float value) {
        int bits = Float.floatToIntBits(value);
        switch (format) {
            case "F32" -> data.putFloat(value);
            case "BF16" -> data.putShort((short) (bits >>> 16));
            case "F16" -> data.putShort((short) half(bits));
            default -> data.putDouble(value);
        }
    }

    /** Exact for the values that occur here: zero, and normal numbers of few digits. */
    private static int half(int bits) {
        int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
        return (bits << 1) == 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
    }

    private static JsonObject tokenizer() {
        var vocabulary = new JsonObject();
        for (int value = 0; value < 256; value++) {
            vocabulary.addProperty(String.valueOf(byteLevelCharacter(value)), value);
        }
        vocabulary.addProperty("<|endoftext|>", END);
        var bpe = new JsonObject();
        bpe.addProperty("type", "BPE");
        bpe.add("vocab", vocabulary);
        bpe.add("merges", new JsonArray());
        var end = new JsonObject();
        end.addProperty("id", END);
        end.addProperty("content", "<|endoftext|>");
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            end.addProperty(flag, false);
        }
        end.addProperty("special", true);
        var added = new JsonArray();
        added.add(end);
        var byteLevel = new JsonObject();
        byteLevel.addProperty("type", "ByteLevel");
        byteLevel.addProperty("add_prefix_space", false);
        byteLevel.addProperty("trim_offsets", true);
        byteLevel.addProperty("use_regex", true);
        var tokenizer = new JsonObject();
        tokenizer.addProperty("version", "1.0");
        tokenizer.add("added_tokens", added);
        tokenizer.add("pre_tokenizer", byteLevel);
        tokenizer.add("decoder", byteLevel);
        tokenizer.add("model", bpe);
        return tokenizer;
    }

    /** GPT-2 writes printable bytes as themselves, and the others as the characters from 256 on, in order. */
    private static char byteLevelCharacter(int value) {
        int others = 0;
        for (int b = 0; b <= value; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            if (b == value) {
                return printable ? (char) value : (char) (256 + others);
            }
            others += printable ? 0 : 1;
        }
        throw new IllegalArgumentException("not a byte: " + value);
    }
}
