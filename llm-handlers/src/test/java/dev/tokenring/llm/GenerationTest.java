package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a generation, what comes out of it, and what its options promise. */
class GenerationTest {
    private static LanguageModel model;
    private static int[] prompt;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER);
        prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two tonight")), 64);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static GenerationOptions greedy() {
        return model.defaults().withTemperature(0);
    }

    private static Generation generate(GenerationOptions options) {
        return model.generate(prompt, options, piece -> {}, () -> false);
    }

    static List<HouseModel.Case> cases() {
        return HouseModel.reference();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCacheDoesNotChangeWhatIsChosen(HouseModel.Case reference) {
        int[] ids = reference.promptIds();
        var chosen = new ArrayList<Integer>();
        while (chosen.size() < 16 && !model.defaults().endTokens().contains(chosen.isEmpty() ? -1 : last(chosen))) {
            float[] logits = model.logits(ids);
            int best = 0;
            for (int id = 1; id < logits.length; id++) {
                best = logits[id] > logits[best] ? id : best;
            }
            chosen.add(best);
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = best;
        }
        Generation cached = model.generate(reference.promptIds(), greedy().withMaxTokens(16), piece -> {}, () -> false);
        assertThat(cached.tokenIds()).isEqualTo(chosen);
    }

    private static int last(List<Integer> ids) {
        return ids.get(ids.size() - 1);
    }

    @Test
    void defaultsAreTheOnesOfTheFolder() {
        assertThat(model.defaults())
                .isEqualTo(GenerationOptions.GREEDY
                        .withMaxTokens(64)
                        .withTemperature(0.7)
                        .withTopK(40)
                        .withTopP(0.95)
                        .withEndTokens(Set.of(0, 1)));
        assertThat(model.contextLength()).isEqualTo(192);
        assertThat(model.vocabularySize()).isEqualTo(4096);
        assertThat(model.name()).isEqualTo("house-dialogue");
    }

    @Test
    void theEndTokenEndsAndIsNoText() {
        Generation whole = generate(greedy());
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(last(whole.tokenIds())).isIn(0, 1);
        assertThat(whole.text()).isNotBlank().doesNotContain("<|");
        assertThat(whole.text()).isEqualTo(model.detokenize(whole.tokenIds()));
        assertThat(whole.usage().promptTokens()).isEqualTo(prompt.length);
        assertThat(whole.usage().completionTokens()).isEqualTo(whole.tokenIds().size());
    }

    @Test
    void otherSpecialTokensAreNoTextEither() {
        int[] afterTheEnd = model.tokenize("<|user|>Hi<|agent|>Hello.");
        Generation whole = model.generate(
                afterTheEnd, greedy().withEndTokens(Set.of()).withMaxTokens(60), piece -> {}, () -> false);
        assertThat(whole.tokenIds()).containsAnyOf(0, 1, 2);
        assertThat(whole.text()).doesNotContain("<|");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void theTokenLimitEnds(int limit) {
        Generation whole = generate(greedy().withMaxTokens(limit));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(whole.tokenIds()).hasSize(limit);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 190, 191})
    void promptAndAnswerShareTheContext(int promptTokens) {
        int[] long1 = new int[promptTokens];
        Arrays.fill(long1, 50);
        Generation whole =
                model.generate(long1, greedy().withEndTokens(Set.of()).withMaxTokens(1000), piece -> {}, () -> false);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
        assertThat(promptTokens + whole.tokenIds().size()).isEqualTo(192);
    }

    @Test
    void everyStopStringEndsWhereItBeginsAndIsNeverSeen() {
        String free = generate(greedy()).text();
        for (int begin = 1; begin < free.length() - 9; begin++) {
            String stop = free.substring(begin, begin + 9);
            var seen = new StringBuilder();
            Generation whole = model.generate(
                    prompt,
                    greedy().withStopStrings(List.of("never said", stop)),
                    piece -> {
                        seen.append(piece.text());
                        assertThat(free).startsWith(seen.toString());
                        assertThat(seen.length()).isLessThanOrEqualTo(free.indexOf(stop));
                    },
                    () -> false);
            assertThat(whole.text()).isEqualTo(free.substring(0, free.indexOf(stop)));
            assertThat(seen.toString()).isEqualTo(whole.text());
            assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void piecesMergedAreTheWhole() {
        for (int seed = 0; seed < 20; seed++) {
            var pieces = new ArrayList<Generation>();
            Generation whole = model.generate(
                    prompt,
                    model.defaults().withSeed(seed).withTemperature(1.5).withStopStrings(List.of(". ", "e t")),
                    pieces::add,
                    () -> false);
            assertThat(pieces.stream().reduce(Generation::append)).contains(whole);
            assertThat(pieces.subList(0, pieces.size() - 1)).allSatisfy(piece -> {
                assertThat(piece.finishReason()).isNull();
                assertThat(piece.text()).isNotEmpty();
            });
            assertThat(pieces.get(pieces.size() - 1).finishReason()).isNotNull();
        }
    }

    @Test
    void oneSeedIsOneText() {
        var texts = new ArrayList<String>();
        for (int seed = 0; seed < 10; seed++) {
            GenerationOptions options = model.defaults().withTemperature(1.2).withSeed(seed);
            Generation first = generate(options);
            assertThat(generate(options).tokenIds()).isEqualTo(first.tokenIds());
            texts.add(first.text());
        }
        assertThat(texts.stream().distinct().count()).isGreaterThan(5);
    }

    @Test
    void cancellingEndsBeforeTheNextStep() {
        for (int after = 1; after < 8; after++) {
            int steps = after;
            var asked = new AtomicInteger();
            Generation whole = model.generate(prompt, greedy(), piece -> {}, () -> asked.incrementAndGet() > steps);
            assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(whole.tokenIds()).hasSizeBetween(1, after);
        }
    }

    @Test
    void samplesShareThePromptAndTheFirstIsTheOneAlone() {
        GenerationOptions options =
                model.defaults().withTemperature(1.5).withSeed(3).withSamples(6).withLogprobs(2);
        List<Generation> samples = model.samples(prompt, options);
        assertThat(samples).hasSize(6);
        Generation alone = generate(options.withSamples(1));
        assertThat(samples.get(0).tokenIds()).isEqualTo(alone.tokenIds());
        assertThat(samples.stream().map(Generation::text).distinct()).hasSizeGreaterThan(2);
        assertThat(samples).allSatisfy(sample -> assertThat(
                        sample.logprobs().stream().map(one -> one.chosen().id()).toList())
                .isEqualTo(sample.tokenIds()));
        assertThat(samples.subList(1, 6))
                .allSatisfy(sample -> assertThat(sample.usage().cachedTokens()).isPositive());
    }

    @Test
    void samplesAreGeneratedTogether() {
        var steps = new AtomicInteger();
        EngineOptions counting = EngineOptions.DEFAULT.withSamples(sample -> {
            if (sample instanceof StepSample) {
                steps.incrementAndGet();
            }
        });
        GenerationOptions eight =
                model.defaults().withEndTokens(Set.of()).withSamples(8).withMaxTokens(100);
        try (LanguageModel counted = LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT, counting)) {
            assertThat(counted.samples(prompt, eight)).hasSize(8);
        }
        assertThat(steps.get()).isLessThan(2 * 100);
    }

    @Test
    void moreSamplesThanThereIsEverRoomForAreRefused() {
        EngineOptions narrow = EngineOptions.DEFAULT.withMaxBatchSize(1).withQueueLimit(1);
        try (LanguageModel narrowed = LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT, narrow)) {
            assertThat(narrowed.samples(prompt, greedy().withSamples(2))).hasSize(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> narrowed.samples(prompt, greedy().withSamples(3)))
                    .withMessage("samples is 3: this model takes 2 requests at most at a time, by the maxBatchSize and"
                            + " queueLimit of its EngineOptions");
        }
    }

    @Test
    void onlyAnswersAreSampledAsRequests() {
        var requests = new AtomicInteger();
        EngineOptions counting = EngineOptions.DEFAULT.withSamples(sample -> {
            if (sample instanceof RequestSample) {
                requests.incrementAndGet();
            }
        });
        try (LanguageModel counted = LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT, counting)) {
            counted.logits(prompt);
            counted.score(prompt);
            counted.generate(prompt, greedy().withMaxTokens(2));
        }
        assertThat(requests).hasValue(1);
    }

    @Test
    void aListenerMayCancel() {
        var seen = new AtomicInteger();
        var cancelled = new AtomicBoolean();
        Generation whole = model.generate(
                prompt,
                greedy().withEndTokens(Set.of()).withMaxTokens(150),
                piece -> {
                    if (seen.incrementAndGet() == 3) {
                        cancelled.set(true);
                    }
                },
                cancelled::get);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(whole.tokenIds()).hasSizeBetween(3, 100);
    }

    @Test
    void whatCancelledThrowsReachesTheCaller() {
        var thrown = new IllegalStateException("no answer");
        assertThatThrownBy(() -> model.generate(prompt, greedy(), piece -> {}, () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
    }

    @Test
    void whatIsCancelledAtTheStartIsNotComputed() {
        var pieces = new ArrayList<Generation>();
        Generation whole = model.generate(prompt, greedy(), pieces::add, () -> true);
        assertThat(whole)
                .isEqualTo(new Generation(
                        "", List.of(), List.of(), new Usage(prompt.length, 0, 0), FinishReason.CANCELLED));
        assertThat(pieces).containsExactly(whole);
    }

    @Test
    void scoresAreTheLogitsOfEachStep() {
        int[] ids = Arrays.copyOf(prompt, 6);
        double[] scores = model.score(ids);
        assertThat(scores).hasSize(5);
        for (int i = 1; i < ids.length; i++) {
            float[] logits = model.logits(Arrays.copyOf(ids, i));
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            assertThat(scores[i - 1]).isCloseTo(logits[ids[i]] - Math.log(sum), within(1e-4));
        }
    }

    @Test
    void promptsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.generate(new int[0], greedy(), piece -> {}, () -> false))
                .withMessageContaining("empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.logits(new int[] {4096}))
                .withMessageContaining("4096")
                .withMessageContaining("from 0 to 4095");
        assertThatIllegalArgumentException().isThrownBy(() -> model.logits(new int[] {-1}));
        assertThatThrownBy(() -> model.generate(new int[192], greedy(), piece -> {}, () -> false))
                .isInstanceOfSatisfying(PromptTooLongException.class, tooLong -> {
                    assertThat(tooLong.tokens()).isEqualTo(192);
                    assertThat(tooLong.limit()).isEqualTo(191);
                    assertThat(tooLong).hasMessageContaining("192").hasMessageContaining("191");
                });
        assertThat(model.logits(new int[192])).hasSize(4096);
        assertThatThrownBy(() -> model.logits(new int[193])).isInstanceOf(PromptTooLongException.class);
    }

    @Test
    void optionsAreCheckedWhereTheyAreMade() {
        GenerationOptions options = GenerationOptions.GREEDY;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withMaxTokens(0))
                .withMessage("maxTokens is 0: it must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withTemperature(-0.1))
                .withMessageContaining("temperature is -0.1: it must be from 0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withTemperature(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withTopK(-1))
                .withMessageContaining("topK is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withTopP(1.1))
                .withMessageContaining("topP is 1.1");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withTopP(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withStopStrings(List.of("a", "")))
                .withMessageContaining("stopStrings");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelOptions.DEFAULT.withDevice("tpu"))
                .withMessageContaining("\"tpu\"")
                .withMessageContaining("gpu:1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelOptions.DEFAULT.withThreads(-1))
                .withMessageContaining("threads is -1");
    }

    @Test
    void textOfEveryKindSurvivesTokenizing() {
        for (String text : List.of("", " ", "naïve 漢字 👩‍👧", "tab\t\r\n\0end", "a".repeat(20_000))) {
            int[] ids = model.tokenize(text);
            assertThat(model.detokenize(Arrays.stream(ids).boxed().toList())).isEqualTo(text);
        }
        assertThat(model.detokenize(Arrays.stream(model.tokenize("half \ud83d pair"))
                        .boxed()
                        .toList()))
                .startsWith("half ")
                .endsWith(" pair");
    }
}
