package dev.tokenring.benchmarks.generation;

import com.google.common.io.LittleEndianDataOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The part of a <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a> file, version 3, that comes
 * before the numbers:
 *
 * <pre>
 *   +--------+---------+---------+--------+------------------+--------------------------------+-----+---------
 *   | "GGUF" | version | tensors | values | key, type, value | name, shape, type, offset of a |     | numbers
 *   |        |         |         |        | …                | tensor …                       | pad | pad …
 *   +--------+---------+---------+--------+------------------+--------------------------------+-----+---------
 * </pre>
 *
 * <p>All is little-endian. A shape begins with what lies closest together, so it is the reverse of Hugging Face's. The
 * numbers of each tensor begin at a multiple of {@link #ALIGNMENT}, counted from the first one's.
 */
final class GgufWriter {
    static final int ALIGNMENT = 32;

    private static final int VERSION = 3;

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream valueBytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensorBytes = new ByteArrayOutputStream();
    private final LittleEndianDataOutputStream values = new LittleEndianDataOutputStream(valueBytes);
    private final LittleEndianDataOutputStream tensors = new LittleEndianDataOutputStream(tensorBytes);
    private long valueCount;
    private long tensorCount;
    private long offset;

    GgufWriter put(String key, String value) throws IOException {
        key(key, STRING);
        string(values, value);
        return this;
    }

    GgufWriter put(String key, int value) throws IOException {
        key(key, UINT32);
        values.writeInt(value);
        return this;
    }

    GgufWriter put(String key, float value) throws IOException {
        key(key, FLOAT32);
        values.writeFloat(value);
        return this;
    }

    GgufWriter put(String key, boolean value) throws IOException {
        key(key, BOOL);
        values.writeByte(value ? 1 : 0);
        return this;
    }

    GgufWriter putStrings(String key, List<String> array) throws IOException {
        arrayOf(key, STRING, array.size());
        for (String value : array) {
            string(values, value);
        }
        return this;
    }

    GgufWriter putFloats(String key, float[] array) throws IOException {
        arrayOf(key, FLOAT32, array.length);
        for (float value : array) {
            values.writeFloat(value);
        }
        return this;
    }

    GgufWriter putInts(String key, int[] array) throws IOException {
        arrayOf(key, INT32, array.length);
        for (int value : array) {
            values.writeInt(value);
        }
        return this;
    }

    /** Names the next tensor. Its numbers are to follow in the same order, each tensor's {@linkplain #padding padded}. */
    GgufWriter tensor(String name, List<Integer> shape, GgufType type) throws IOException {
        tensorCount++;
        string(tensors, name);
        tensors.writeInt(shape.size());
        long numbers = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            tensors.writeLong(shape.get(i));
            numbers *= shape.get(i);
        }
        tensors.writeInt(type.id());
        tensors.writeLong(offset);
        long sizeBytes = type.sizeBytes(numbers);
        offset += sizeBytes + padding(sizeBytes);
        return this;
    }

    /** How many zeros are to follow so many bytes. */
    static int padding(long sizeBytes) {
        return (int) Math.floorMod(-sizeBytes, (long) ALIGNMENT);
    }

    /** All that comes before the first tensor's numbers. */
    byte[] header() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new LittleEndianDataOutputStream(bytes);
        out.write("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeInt(VERSION);
        out.writeLong(tensorCount);
        out.writeLong(valueCount);
        valueBytes.writeTo(out);
        tensorBytes.writeTo(out);
        out.write(new byte[padding(bytes.size())]);
        return bytes.toByteArray();
    }

    private void key(String key, int type) throws IOException {
        valueCount++;
        string(values, key);
        values.writeInt(type);
    }

    private void arrayOf(String key, int type, int length) throws IOException {
        key(key, ARRAY);
        values.writeInt(type);
        values.writeLong(length);
    }

    private static void string(LittleEndianDataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeLong(bytes.length);
        out.write(bytes);
    }
}
