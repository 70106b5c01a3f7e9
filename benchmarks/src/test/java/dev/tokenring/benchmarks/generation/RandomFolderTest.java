package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomFolderTest {
    private static final int[] PROMPT = {300, 301, 302, 399};

    @TempDir
    Path cache;

    static List<ModelShape> shapes() {
        return List.of(new Gpt2Shape(2, 4, 32, 400, 64), new LlamaShape(2, 4, 32, 48, 400, 64));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void isAModelThatGenerates(ModelShape shape) {
        try (LanguageModel model = LanguageModel.load(RandomFolder.of(shape, cache))) {
            var options = GenerationOptions.GREEDY.withMaxTokens(20);

            assertThat(model.generate(PROMPT, options).tokenIds())
                    .hasSize(20)
                    .allMatch(id -> id >= CharacterVocabulary.FIRST_CHARACTER);
            assertThat(model.vocabularySize()).isEqualTo(400);
            assertThat(model.contextLength()).isEqualTo(64);
            for (float logit : model.logits(PROMPT)) {
                assertThat(logit).isBetween(-10f, 10f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void takesATextAsTheTokensThatItWasMadeFrom(ModelShape shape) {
        String text = new CharacterVocabulary(shape.vocabularySize()).text(PROMPT);

        try (LanguageModel model = LanguageModel.load(RandomFolder.of(shape, cache))) {
            assertThat(model.tokenize(text)).isEqualTo(PROMPT);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void isTheSameEachTime(ModelShape shape) throws IOException {
        Path one = RandomFolder.of(shape, cache.resolve("one"));
        Path other = RandomFolder.of(shape, cache.resolve("other"));

        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(one.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
        }
    }

    @Test
    void isWrittenOnce() throws IOException {
        ModelShape shape = shapes().get(0);
        Path config = RandomFolder.of(shape, cache).resolve("config.json");
        Files.writeString(config, "{}");

        RandomFolder.of(shape, cache);

        assertThat(config).hasContent("{}");
    }

    @Test
    void whatFailsHalfwayLeavesNothing() throws IOException {
        Path target = cache.resolve("target");

        assertThatThrownBy(() -> KeptOnDisk.of(target, half -> {
                    Files.createDirectory(half);
                    Files.writeString(half.resolve("file"), "half");
                    throw new IOException("disk full");
                }))
                .hasMessageContaining("target")
                .hasRootCauseMessage("disk full");

        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whoIsFasterWins() throws IOException {
        Path target = cache.resolve("target");

        KeptOnDisk.of(target, half -> {
            Files.createDirectory(half);
            Files.createDirectory(target);
            Files.writeString(target.resolve("file"), "the other's");
        });

        assertThat(target.resolve("file")).hasContent("the other's");
        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left).containsExactly(target);
        }
    }

    @Test
    void hasAsManyWeightsAsItIsNamedFor() {
        assertThat(weights(Gpt2Shape.SMALL)).isEqualTo(124_439_808);
        assertThat(weights(LlamaShape.SMALL)).isBetween(134_000_000L, 135_000_000L);
    }

    private static long weights(ModelShape shape) {
        return shape.tensors().stream().mapToLong(TensorShape::size).sum();
    }
}
