package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LlamaGgufTest {
    private static final LlamaShape SHAPE = new LlamaShape(2, 2, 64, 96, 400, 128);

    @TempDir
    Path cache;

    @Test
    void saysWhatTheModelIs() throws IOException {
        GgufFile file = written(GgufType.F16);

        assertThat(file.values)
                .containsEntry("general.architecture", "llama")
                .containsEntry("general.file_type", 1)
                .containsEntry("llama.block_count", 2)
                .containsEntry("llama.embedding_length", 64)
                .containsEntry("llama.feed_forward_length", 96)
                .containsEntry("llama.attention.head_count", 2)
                .containsEntry("llama.rope.dimension_count", 32)
                .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .containsEntry("tokenizer.ggml.model", "llama")
                .containsEntry("tokenizer.ggml.bos_token_id", 1)
                .containsEntry("tokenizer.ggml.add_bos_token", false);
        assertThat(file.array("tokenizer.ggml.tokens")).hasSize(400).startsWith("<unk>", "<s>", "</s>");
        assertThat(file.array("tokenizer.ggml.token_type"))
                .hasSize(400)
                .startsWith(2, 3, 3, 6)
                .endsWith(1);
    }

    @ParameterizedTest
    @EnumSource
    void hasEachTensorInItsPlace(GgufType type) throws IOException {
        GgufFile file = written(type);

        assertThat(file.tensors).hasSize(3 + 2 * 9);
        assertThat(file.tensors.get("blk.1.ffn_gate.weight"))
                .extracting(GgufFile.Tensor::dimensions, GgufFile.Tensor::type)
                .containsExactly(List.of(64L, 96L), type.id());
        assertThat(file.tensors.get("blk.0.ffn_norm.weight"))
                .extracting(GgufFile.Tensor::dimensions, GgufFile.Tensor::type)
                .containsExactly(List.of(64L), GgufType.F32.id());
        long offset = 0;
        for (GgufFile.Tensor tensor : file.tensors.values()) {
            assertThat(tensor.offset()).isEqualTo(offset);
            GgufType stored = tensor.dimensions().size() == 1 ? GgufType.F32 : type;
            long sizeBytes = stored.sizeBytes(tensor.dimensions().stream().reduce(1L, Math::multiplyExact));
            offset += (sizeBytes + 31) / 32 * 32;
        }
        assertThat(file.bytesOf("output.weight").remaining())
                .as("the last tensor and what fills it up")
                .isEqualTo((int) (offset - file.tensors.get("output.weight").offset()));
    }

    @Test
    void hasTheFoldersNumbers() throws IOException {
        GgufFile file = written(GgufType.F32);

        assertThat(firstRows(file, "token_embd.weight", 2)).isEqualTo(inFolder("model.embed_tokens.weight", 0, 2));
        assertThat(firstRows(file, "blk.1.attn_v.weight", 3))
                .isEqualTo(inFolder("model.layers.1.self_attn.v_proj.weight", 0, 3));
    }

    @Test
    void putsTheRowsThatAreTurnedTogetherSideBySide() throws IOException {
        GgufFile file = written(GgufType.F32);
        float[] rows = firstRows(file, "blk.1.attn_q.weight", 64);

        for (int pair = 0; pair < 16; pair++) {
            for (int head = 0; head < 2; head++) {
                int even = (32 * head + 2 * pair) * 64;
                assertThat(FloatBuffer.wrap(rows, even, 64))
                        .isEqualTo(FloatBuffer.wrap(
                                inFolder("model.layers.1.self_attn.q_proj.weight", 32 * head + pair, 1)));
                assertThat(FloatBuffer.wrap(rows, even + 64, 64))
                        .isEqualTo(FloatBuffer.wrap(
                                inFolder("model.layers.1.self_attn.q_proj.weight", 32 * head + 16 + pair, 1)));
            }
        }
    }

    @Test
    void wholeNumbersOfEightBitsAreNear() throws IOException {
        ByteBuffer bytes = written(GgufType.Q8_0).bytesOf("blk.0.ffn_up.weight");
        float[] expected = inFolder("model.layers.0.mlp.up_proj.weight", 0, 1);

        for (int block = 0; block < 2; block++) {
            float unit = float16(bytes.getShort());
            for (int i = 0; i < 32; i++) {
                assertThat(bytes.get() * unit).isCloseTo(expected[32 * block + i], within(0.6f * unit));
            }
        }
    }

    @Test
    void aBlockIsItsUnitAndThenItsNumbers() {
        ByteBuffer bytes = ByteBuffer.allocate(34).order(ByteOrder.LITTLE_ENDIAN);
        float[] numbers = new float[32];
        numbers[0] = 127;
        numbers[1] = -127;
        numbers[2] = 1.4f;
        numbers[31] = -1.6f;

        GgufType.Q8_0.encode(FloatBuffer.wrap(numbers), bytes);

        assertThat(bytes.array()).startsWith(0x00, 0x3c, 127, -127, 1, 0).endsWith(0, -2);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0000",
        "-0.0, 8000",
        "1, 3c00",
        "-2, c000",
        "65504, 7bff",
        "65519, 7bff",
        "65520, 7c00",
        "1e9, 7c00",
        "-Infinity, fc00",
        "1.00048828125, 3c00",
        "1.00146484375, 3c02",
        "6.103515625e-5, 0400",
        "6.1005353927612305e-5, 0400",
        "5.9604644775390625e-8, 0001",
        "2.9802322387695312e-8, 0000",
        "3e-8, 0001"
    })
    void sixteenBitsAreTheNearest(float value, String bits) {
        assertThat("%04x".formatted(GgufType.half(value) & 0xffff)).isEqualTo(bits);
    }

    @Test
    void aWidthOfNoWholeBlocksIsRefused() {
        assertThatThrownBy(() -> GgufType.Q8_0.sizeBytes(40))
                .hasMessageContaining("40")
                .hasMessageContaining("32");
    }

    private GgufFile written(GgufType type) throws IOException {
        return new GgufFile(LlamaGguf.of(SHAPE, type, RandomFolder.of(SHAPE, cache)));
    }

    private static float[] firstRows(GgufFile file, String tensor, int rows) {
        float[] numbers =
                new float[rows * file.tensors.get(tensor).dimensions().get(0).intValue()];
        file.bytesOf(tensor).asFloatBuffer().get(numbers);
        return numbers;
    }

    /** Rows of a tensor of the folder, found by adding up what comes before it. */
    private float[] inFolder(String name, int firstRow, int rows) throws IOException {
        Path file = RandomFolder.of(SHAPE, cache).resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long before = 0;
        for (TensorShape tensor : SHAPE.tensors()) {
            if (tensor.name().equals(name)) {
                float[] numbers = new float[rows * tensor.columns()];
                long first = before + (long) firstRow * tensor.columns();
                bytes.position((int) (8 + bytes.getLong(0) + first * Float.BYTES));
                bytes.asFloatBuffer().get(numbers);
                return numbers;
            }
            before += tensor.size();
        }
        throw new IllegalArgumentException(name);
    }

    private static float float16(short bits) {
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude = exponent == 0 ? fraction * 0x1p-24 : Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
        return (float) (bits < 0 ? -magnitude : magnitude);
    }
}
