package dev.tokenring.benchmarks.generation;

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

/** Reads GGUF files, as their description says they are to be read, and no better than the tests need. */
final class GgufFile {
    final Map<String, Object> values = new LinkedHashMap<>();
    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    final int lengthBytes;

    private final ByteBuffer bytes;
    private final int numbersAt;

    record Tensor(List<Long> dimensions, int type, long offset) {}

    GgufFile(Path file) throws IOException {
        bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        lengthBytes = bytes.remaining();
        byte[] magic = new byte[4];
        bytes.get(magic);
        require(new String(magic, StandardCharsets.US_ASCII).equals("GGUF"), "the magic");
        require(bytes.getInt() == 3, "the version");
        long tensorCount = bytes.getLong();
        long valueCount = bytes.getLong();
        for (long i = 0; i < valueCount; i++) {
            String key = string();
            require(values.put(key, value(bytes.getInt())) == null, key);
        }
        for (long i = 0; i < tensorCount; i++) {
            String name = string();
            var dimensions = new ArrayList<Long>();
            for (int left = bytes.getInt(); left > 0; left--) {
                dimensions.add(bytes.getLong());
            }
            tensors.put(name, new Tensor(dimensions, bytes.getInt(), bytes.getLong()));
        }
        numbersAt = (bytes.position() + 31) / 32 * 32;
    }

    /** A value that is an array. */
    List<Object> array(String key) {
        return new ArrayList<>((List<?>) values.get(key));
    }

    /** A tensor's bytes, from its first on. */
    ByteBuffer bytesOf(String tensor) {
        long offset = tensors.get(tensor).offset();
        require(offset % 32 == 0, tensor);
        return bytes.slice(numbersAt + (int) offset, bytes.capacity() - numbersAt - (int) offset)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private Object value(int type) {
        return switch (type) {
            case 4, 5 -> bytes.getInt();
            case 6 -> bytes.getFloat();
            case 7 -> bytes.get() != 0;
            case 8 -> string();
            case 9 -> array();
            default -> throw new IllegalArgumentException("a value of type " + type);
        };
    }

    private List<Object> array() {
        int type = bytes.getInt();
        var array = new ArrayList<>();
        for (long left = bytes.getLong(); left > 0; left--) {
            array.add(value(type));
        }
        return array;
    }

    private String string() {
        byte[] text = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static void require(boolean valid, String what) {
        if (!valid) {
            throw new IllegalArgumentException("not as it must be: " + what);
        }
    }
}
