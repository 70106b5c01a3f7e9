package dev.tokenring.llm.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.model.SafeTensors.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A weights file in the <a href="https://github.com/huggingface/safetensors#format">safetensors</a> format:
 *
 * <pre>
 *   8 bytes     n bytes                                            the rest
 *   +-----+-----------------------------------------------+------------------------+
 *   |  n  | {"name": {"dtype", "shape", "data_offsets"}…} | tensors, little-endian |
 *   +-----+-----------------------------------------------+------------------------+
 * </pre>
 *
 * <p>Everything in the header is checked against the file before a tensor is read; tensors are mapped, not copied. For one
 * thread.
 */
final class SafeTensorsFile implements AutoCloseable {
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /** The first eight bytes of the text file that Git LFS puts in the place of a large one: "version ". */
    private static final long LFS_POINTER = 0x206e6f6973726576L;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Entry> entryByName;

    /** One tensor's entry in the header. The format is null if it is none that a weight can have. */
    record Entry(String name, @Nullable Format format, String dtype, List<Long> shape, long offset, long sizeBytes) {}

    private SafeTensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.entryByName = readHeader();
    }

    /** Opens a file and checks its header. */
    static SafeTensorsFile open(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            return new SafeTensorsFile(file, channel);
        } catch (IOException | ModelLoadException e) {
            closeQuietly(channel);
            throw e instanceof ModelLoadException known
                    ? known
                    : new ModelLoadException(
                            file + " can't be read (" + e + "): check that it is there and readable", e);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException alreadyFailing) {
                // The first error is the one to tell.
            }
        }
    }

    private Map<String, Entry> readHeader() throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < 8) {
            throw damaged("it is " + fileBytes + " bytes long, too short for a header");
        }
        long headerBytes = read(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes == LFS_POINTER) {
            throw new ModelLoadException(file + " is not the weights but a pointer to them, as Git LFS leaves it: run"
                    + " \"git lfs pull\" in the model's folder, or download the file itself");
        }
        if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, fileBytes - 8)) {
            throw damaged("its header claims " + headerBytes + " bytes of a file of " + fileBytes);
        }
        JsonObject header = parse(read(8, (int) headerBytes).array());
        var entries = new HashMap<String, Entry>();
        for (Map.Entry<String, JsonElement> entry : header.entrySet()) {
            if (!entry.getKey().equals("__metadata__")) {
                entries.put(entry.getKey(), entry(entry.getKey(), entry.getValue(), 8 + headerBytes, fileBytes));
            }
        }
        return entries;
    }

    private ByteBuffer read(long position, int sizeBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(sizeBytes);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw damaged("it ends before its header does");
            }
        }
        return bytes.flip();
    }

    private JsonObject parse(byte[] json) {
        try {
            return JsonParser.parseString(new String(json, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw damaged("its header is not a JSON object");
        }
    }

    private Entry entry(String name, JsonElement entry, long dataStart, long fileBytes) {
        try {
            JsonObject fields = entry.getAsJsonObject();
            String dtype = fields.get("dtype").getAsString();
            List<Long> shape = fields.getAsJsonArray("shape").asList().stream()
                    .map(JsonElement::getAsLong)
                    .toList();
            long begin = fields.getAsJsonArray("data_offsets").get(0).getAsLong();
            long end = fields.getAsJsonArray("data_offsets").get(1).getAsLong();
            if (begin < 0 || end < begin || end > fileBytes - dataStart) {
                throw damaged(
                        "tensor " + name + " lies at bytes " + begin + " to " + end + " of " + (fileBytes - dataStart));
            }
            Format format = formatOf(dtype);
            if (format != null && elements(shape) * format.sizeBytes() != end - begin) {
                throw damaged("tensor " + name + " of shape " + shape + " and type " + dtype + " takes " + (end - begin)
                        + " bytes");
            }
            return new Entry(name, format, dtype, shape, dataStart + begin, end - begin);
        } catch (NullPointerException
                | ClassCastException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException
                | IndexOutOfBoundsException
                | ArithmeticException e) {
            throw damaged("the header's entry for tensor " + name + " is malformed");
        }
    }

    private static @Nullable Format formatOf(String dtype) {
        for (Format format : Format.values()) {
            if (format.name().equals(dtype)) {
                return format;
            }
        }
        return null;
    }

    private static long elements(List<Long> shape) {
        long elements = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new NumberFormatException("negative size");
            }
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }

    private ModelLoadException damaged(String how) {
        return new ModelLoadException(file + " is not a complete safetensors file: " + how + "; copy it again");
    }

    Path file() {
        return file;
    }

    Set<String> names() {
        return entryByName.keySet();
    }

    @Nullable Entry entry(String name) {
        return entryByName.get(name);
    }

    /** Maps a part of the file. The bytes stay valid after this object is closed, while the buffer is referenced. */
    ByteBuffer map(String tensor, long offset, long sizeBytes) {
        try {
            return channel.map(MapMode.READ_ONLY, offset, sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw ModelLoadException.because(
                    file + ": tensor " + tensor + " can't be mapped", e, "check that the file is still there");
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
