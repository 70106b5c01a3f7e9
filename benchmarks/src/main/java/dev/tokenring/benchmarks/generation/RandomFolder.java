package dev.tokenring.benchmarks.generation;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model folder in the style of Hugging Face, with random weights in fp32, the same for a shape each time. It is written
 * once and kept below {@code java.io.tmpdir}, for all JVMs that measure.
 */
final class RandomFolder {
    /** To be raised with any change to what is written, so that no folder from before is taken. */
    private static final int VERSION = 2;

    private static final long SEED = 20_261_126;

    /** Uniform numbers with the standard deviation that GPT-2's have at the start of its training, 0.02. */
    private static final float MOST = (float) (0.02 * Math.sqrt(3));

    private static final float PER_STEP = MOST / -(float) Integer.MIN_VALUE;

    private static final int CHUNK_BYTES = 1 << 20;

    private final ModelShape shape;

    private RandomFolder(ModelShape shape) {
        this.shape = shape;
    }

    /** The folder of a shape. The first time, it is written, which takes a few seconds. */
    static Path of(ModelShape shape) {
        return of(shape, Path.of(System.getProperty("java.io.tmpdir"), "tokenring-benchmarks"));
    }

    static Path of(ModelShape shape, Path cache) {
        return KeptOnDisk.of(cache.resolve(shape.name() + "-v" + VERSION), new RandomFolder(shape)::write);
    }

    private void write(Path folder) throws IOException {
        Files.createDirectory(folder);
        var json = JsonMapper.shared();
        Files.write(folder.resolve("config.json"), json.writeValueAsBytes(shape.config()));
        var vocabulary = new CharacterVocabulary(shape.vocabularySize());
        Files.write(folder.resolve("tokenizer.json"), json.writeValueAsBytes(vocabulary.tokenizerJson()));
        Path weights = folder.resolve("model.safetensors");
        try (var out = new BufferedOutputStream(Files.newOutputStream(weights), CHUNK_BYTES)) {
            out.write(header(json));
            var random = new SplittableRandom(SEED);
            for (TensorShape tensor : shape.tensors()) {
                writeNumbers(out, tensor, random);
            }
        }
    }

    /** The format: <a href="https://github.com/huggingface/safetensors#format">safetensors</a>. */
    private byte[] header(JsonMapper json) {
        var entries = new LinkedHashMap<String, Object>();
        entries.put("__metadata__", Map.of("format", "pt"));
        long offset = 0;
        for (TensorShape tensor : shape.tensors()) {
            long end = offset + tensor.size() * Float.BYTES;
            entries.put(
                    tensor.name(),
                    Map.of("dtype", "F32", "shape", tensor.shape(), "data_offsets", List.of(offset, end)));
            offset = end;
        }
        String text = json.writeValueAsString(entries);
        // Readers that map the file want the numbers to begin at a multiple of 8; the format allows spaces here.
        text += " ".repeat((8 - text.length() % 8) % 8);
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Long.BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length)
                .put(bytes)
                .array();
    }

    private static void writeNumbers(OutputStream out, TensorShape tensor, SplittableRandom random) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i < tensor.size(); i++) {
            chunk.putFloat(i < tensor.zeros() ? 0 : tensor.middle() + random.nextInt() * PER_STEP);
            if (!chunk.hasRemaining() || i == tensor.size() - 1) {
                out.write(chunk.array(), 0, chunk.position());
                chunk.clear();
            }
        }
    }
}
