package dev.tokenring.benchmarks.generation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model of a {@link LlamaShape} for llama.cpp: a GGUF file with the weights of its {@link RandomFolder}, which lies beside
 * that. What it must say, and how tensors are called: the parts on Llama, on tokenizers and on names of the <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">format's description</a>. Norms stay in fp32, as in the
 * files that llama.cpp's own converter makes.
 */
final class LlamaGguf {
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int BYTE = 6;

    private final LlamaShape shape;
    private final GgufType type;
    private final Path weights;
    private final Map<String, TensorShape> tensorByName = new LinkedHashMap<>();

    private LlamaGguf(LlamaShape shape, GgufType type, Path folder) {
        this.shape = shape;
        this.type = type;
        this.weights = folder.resolve("model.safetensors");
        shape.tensors().forEach(tensor -> tensorByName.put(nameInGguf(tensor.name()), tensor));
    }

    /**
     * The file of a folder, which is written if it is not there.
     *
     * @param folder of {@link RandomFolder#of}
     */
    static Path of(LlamaShape shape, GgufType type, Path folder) {
        Path file = folder.resolveSibling(folder.getFileName() + "-" + type + ".gguf");
        return KeptOnDisk.of(file, new LlamaGguf(shape, type, folder)::write);
    }

    private static String nameInGguf(String name) {
        return name.replace("model.layers.", "blk.")
                .replace("model.embed_tokens", "token_embd")
                .replace("model.norm", "output_norm")
                .replace("lm_head", "output")
                .replace("input_layernorm", "attn_norm")
                .replace("post_attention_layernorm", "ffn_norm")
                .replace("self_attn.o_proj", "attn_output")
                .replaceAll("self_attn\\.(.)_proj", "attn_$1")
                .replaceAll("mlp\\.(.*)_proj", "ffn_$1");
    }

    private void write(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(weights, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(out, ByteBuffer.wrap(header()));
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            in.read(length, 0);
            int headerBytes = (int) length.getLong(0);
            ByteBuffer json = in.map(MapMode.READ_ONLY, Long.BYTES, headerBytes);
            JsonNode entries = JsonMapper.shared()
                    .readTree(StandardCharsets.UTF_8.decode(json).toString());
            for (TensorShape tensor : tensorByName.values()) {
                long begin = Long.BYTES
                        + headerBytes
                        + entries.get(tensor.name()).get("data_offsets").get(0).asLong();
                writeNumbers(out, tensor, numbers(in, begin, tensor));
            }
        }
    }

    private static FloatBuffer numbers(FileChannel in, long begin, TensorShape tensor) throws IOException {
        return in.map(MapMode.READ_ONLY, begin, tensor.size() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    private byte[] header() throws IOException {
        var writer = new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.name", shape.name())
                .put("general.alignment", GgufWriter.ALIGNMENT)
                .put("general.quantization_version", 2)
                .put("general.file_type", type.fileType())
                .put("llama.vocab_size", shape.vocabularySize())
                .put("llama.context_length", shape.contextLength())
                .put("llama.embedding_length", shape.width())
                .put("llama.block_count", shape.layers())
                .put("llama.feed_forward_length", shape.innerWidth())
                .put("llama.attention.head_count", shape.heads())
                .put("llama.attention.head_count_kv", shape.heads())
                .put("llama.attention.layer_norm_rms_epsilon", (float) LlamaShape.EPSILON)
                .put("llama.rope.dimension_count", shape.width() / shape.heads())
                .put("llama.rope.freq_base", (float) LlamaShape.ROTARY_BASE);
        putVocabulary(writer, new CharacterVocabulary(shape.vocabularySize()));
        for (Map.Entry<String, TensorShape> tensor : tensorByName.entrySet()) {
            writer.tensor(tensor.getKey(), tensor.getValue().shape(), typeOf(tensor.getValue()));
        }
        return writer.header();
    }

    /** A vocabulary in the manner of SentencePiece; no word is made of others, so their scores decide nothing. */
    private static void putVocabulary(GgufWriter writer, CharacterVocabulary vocabulary) throws IOException {
        IntStream ids = IntStream.range(0, vocabulary.size());
        writer.put("tokenizer.ggml.model", "llama")
                .putStrings(
                        "tokenizer.ggml.tokens", ids.mapToObj(vocabulary::token).toList())
                .putFloats("tokenizer.ggml.scores", new float[vocabulary.size()])
                .putInts(
                        "tokenizer.ggml.token_type",
                        IntStream.range(0, vocabulary.size())
                                .map(LlamaGguf::kind)
                                .toArray())
                .put("tokenizer.ggml.unknown_token_id", CharacterVocabulary.UNKNOWN)
                .put("tokenizer.ggml.bos_token_id", CharacterVocabulary.BEGIN)
                .put("tokenizer.ggml.eos_token_id", CharacterVocabulary.END)
                .put("tokenizer.ggml.add_bos_token", false)
                .put("tokenizer.ggml.add_eos_token", false)
                .put("tokenizer.ggml.add_space_prefix", false);
    }

    private static int kind(int id) {
        return switch (id) {
            case CharacterVocabulary.UNKNOWN -> UNKNOWN;
            case CharacterVocabulary.BEGIN, CharacterVocabulary.END -> CONTROL;
            default -> id < CharacterVocabulary.FIRST_CHARACTER ? BYTE : NORMAL;
        };
    }

    private GgufType typeOf(TensorShape tensor) {
        return tensor.rows() == 1 ? GgufType.F32 : type;
    }

    private void writeNumbers(FileChannel out, TensorShape tensor, FloatBuffer numbers) throws IOException {
        GgufType stored = typeOf(tensor);
        int columns = tensor.columns();
        long sizeBytes = stored.sizeBytes(tensor.size());
        ByteBuffer bytes = ByteBuffer.allocate((int) sizeBytes + GgufWriter.padding(sizeBytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < tensor.rows(); row++) {
            stored.encode(numbers.slice(storedAt(tensor, row) * columns, columns), bytes);
        }
        writeFully(out, bytes.rewind());
    }

    /**
     * Where in the folder's tensor the row is that a GGUF's has. Both turn pairs of numbers in each head; Hugging Face's pairs
     * lie half a head apart, and llama.cpp's side by side, so the rows that make queries and keys have another order.
     */
    private int storedAt(TensorShape tensor, int row) {
        boolean turned = List.of("q_proj", "k_proj").stream().anyMatch(tensor.name()::contains);
        if (!turned) {
            return row;
        }
        int headSize = shape.width() / shape.heads();
        int inHead = row % headSize;
        return row - inHead + inHead / 2 + (inHead % 2) * headSize / 2;
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
