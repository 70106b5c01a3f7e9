package dev.tokenring.llm;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Random weights, written as safetensors. Each is a small fraction that every number format holds exactly. */
final class TinyWeights {
    private final Map<String, float[]> weightByName = new LinkedHashMap<>();
    private final Map<String, List<Integer>> shapeByName = new LinkedHashMap<>();
    private final Random random;
    private String format = "F32";
    private int shards;

    TinyWeights(long seed) {
        random = new Random(seed);
    }

    void format(String newFormat) {
        format = newFormat;
    }

    void shards(int count) {
        shards = count;
    }

    float[] get(String name) {
        return weightByName.get(name);
    }

    /** Adds a tensor of values around a middle. */
    void add(String name, float middle, Integer... shape) {
        int size = List.of(shape).stream().reduce(1, Math::multiplyExact);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = middle + (random.nextInt(65) - 32) / 64f;
        }
        weightByName.put(name, values);
        shapeByName.put(name, List.of(shape));
    }

    /** Writes one file, or the shards and their index. What is extra goes into the only file, or the last shard. */
    void write(Path folder, UnaryOperator<String> storedName, Consumer<SafeTensorsWriter> extra) throws IOException {
        List<SafeTensorsWriter> files = new ArrayList<>();
        for (int i = 0; i < Math.max(1, shards); i++) {
            files.add(new SafeTensorsWriter());
        }
        var index = new LinkedHashMap<String, String>();
        int next = 0;
        for (String name : weightByName.keySet()) {
            int shard = next++ % files.size();
            files.get(shard).add(storedName.apply(name), format, shapeByName.get(name), bytes(weightByName.get(name)));
            index.put(storedName.apply(name), shardName(shard));
        }
        extra.accept(files.get(files.size() - 1));
        if (shards == 0) {
            Files.write(folder.resolve("model.safetensors"), files.get(0).bytes());
            return;
        }
        for (int shard = 0; shard < shards; shard++) {
            Files.write(folder.resolve(shardName(shard)), files.get(shard).bytes());
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                new Gson().toJson(Map.of("metadata", Map.of("total_size", 12345), "weight_map", index)));
    }

    private String shardName(int shard) {
        return "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
    }

    private byte[] bytes(float[] values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            put(data, value);
        }
        byte[] bytes = new byte[data.position()];
        data.flip().get(bytes);
        return bytes;
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

    /** One file on its way. */
    static final class SafeTensorsWriter {
        private final JsonObject header = new JsonObject();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();

        SafeTensorsWriter() {
            header.add("__metadata__", new Gson().toJsonTree(Map.of("format", "pt")));
        }

        void add(String name, String dtype, List<Integer> shape, byte[] bytes) {
            var entry = new JsonObject();
            entry.addProperty("dtype", dtype);
            entry.add("shape", new Gson().toJsonTree(shape));
            entry.add("data_offsets", new Gson().toJsonTree(List.of(data.size(), data.size() + bytes.length)));
            header.add(name, entry);
            data.writeBytes(bytes);
        }

        byte[] bytes() {
            byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(8 + json.length + data.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .put(data.toByteArray())
                    .array();
        }
    }
}
