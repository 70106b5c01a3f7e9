package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GenerationTest {
    private static LanguageModel model;
    private static int[] prompt;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER);
        prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two tonight.")), 64);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Generation generate(GenerationOptions options) {
        return model.generate(prompt, options, piece -> {}, () -> false);
    }

    private static GenerationOptions endless() {
        return model.defaults().withEndTokens(Set.of());
    }

    @Test
    void theDefaultsAreTheModelsOwn() {
        assertThat(model.defaults()).isEqualTo(new GenerationOptions(64, 0.7, 40, 0.95, 0, List.of(), Set.of(0, 1)));
    }

    @Test
    void mergedPiecesAreTheWholeWhateverTheOptions() {
        var random = new Random(3);
        for (int round = 0; round < 20; round++) {
            GenerationOptions options = endless()
                    .withMaxTokens(1 + random.nextInt(30))
                    .withTemperature(random.nextInt(3))
                    .withTopK(random.nextInt(100))
                    .withTopP(1 - random.nextDouble() * 0.9)
                    .withSeed(round)
                    .withStopStrings(random.nextBoolean() ? List.of() : List.of("e ", "t"));
            var pieces = new ArrayList<Generation>();

            Generation whole = model.generate(prompt, options, pieces::add, () -> false);

            assertThat(pieces.stream().reduce(Generation::append)).contains(whole);
            assertThat(pieces.subList(0, pieces.size() - 1)).allMatch(piece -> piece.finishReason() == null);
            assertThat(whole.finishReason()).isNotNull();
            assertThat(whole.tokenIds()).hasSizeBetween(1, options.maxTokens());
            assertThat(options.stopStrings()).noneMatch(whole.text()::contains);
        }
    }

    @Test
    void theSameSeedGivesTheSameTextAlsoOnAnotherThread() throws Exception {
        GenerationOptions options = endless().withSeed(11).withTemperature(1).withMaxTokens(30);
        Generation first = generate(options);
        var others = new ArrayList<Generation>();
        for (int i = 0; i < 4; i++) {
            var thread = new Thread(() -> {
                Generation other = generate(options);
                synchronized (others) {
                    others.add(other);
                }
            });
            thread.start();
            thread.join();
        }

        assertThat(others).hasSize(4).containsOnly(first);
        assertThat(generate(options.withSeed(12)).tokenIds()).isNotEqualTo(first.tokenIds());
    }

    @Test
    void endsAtTheTokenLimit() {
        Generation whole = generate(endless().withMaxTokens(7));

        assertThat(whole.tokenIds()).hasSize(7);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void endsAtAnEndTokenWhichIsNoPartOfTheText() {
        Generation whole = generate(model.defaults().withTemperature(0));

        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.tokenIds().get(whole.tokenIds().size() - 1)).isIn(0, 1);
        assertThat(whole.text()).isNotBlank().doesNotContain("<|");
    }

    @Test
    void endsAtAStopString() {
        String full = generate(endless().withTemperature(0).withMaxTokens(20)).text();
        String stop = full.substring(5, 9);

        Generation cut = generate(endless().withTemperature(0).withMaxTokens(20).withStopStrings(List.of(stop)));

        assertThat(cut.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(cut.text()).isEqualTo(full.substring(0, full.indexOf(stop)));
    }

    @Test
    void endsWhereTheContextIsFull() {
        Generation whole = generate(endless().withMaxTokens(10_000));

        assertThat(whole.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
        assertThat(prompt.length + whole.tokenIds().size()).isEqualTo(model.contextLength());
    }

    @Test
    void aCancelledGenerationEndsWithinOneStep() {
        var steps = new AtomicInteger();

        Generation whole =
                model.generate(prompt, endless().withMaxTokens(100), piece -> {}, () -> steps.incrementAndGet() == 5);

        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(whole.tokenIds()).hasSize(4);
        assertThat(model.generate(prompt, endless(), piece -> {}, () -> true))
                .isEqualTo(new Generation("", List.of(), prompt.length, FinishReason.CANCELLED));
    }

    @Test
    void badPromptsAndOptionsAreRefusedWithTheirValues() {
        assertThatThrownBy(() -> model.logits(new int[0])).hasMessageContaining("empty");
        assertThatThrownBy(() -> model.logits(new int[] {4096})).hasMessageContaining("4096", "4095");
        assertThatThrownBy(() -> model.generate(new int[192], GenerationOptions.GREEDY, piece -> {}, () -> false))
                .isInstanceOfSatisfying(PromptTooLongException.class, tooLong -> {
                    assertThat(tooLong.tokens()).isEqualTo(192);
                    assertThat(tooLong.limit()).isEqualTo(191);
                });
        GenerationOptions greedy = GenerationOptions.GREEDY;
        assertThatThrownBy(() -> greedy.withMaxTokens(0)).hasMessage("maxTokens is 0: it must be 1 or more");
        assertThatThrownBy(() -> greedy.withTemperature(Double.NaN)).hasMessageContaining("temperature is NaN");
        assertThatThrownBy(() -> greedy.withTopK(-1)).hasMessageContaining("topK is -1");
        assertThatThrownBy(() -> greedy.withTopP(0)).hasMessageContaining("topP is 0.0");
        assertThatThrownBy(() -> greedy.withStopStrings(List.of(""))).hasMessageContaining("empty");
        assertThatThrownBy(() -> new ModelOptions("tpu", 0)).hasMessageContaining("tpu", "gpu:1");
        assertThatThrownBy(() -> ModelOptions.DEFAULT.withThreads(-2)).hasMessageContaining("-2");
    }
}
