package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.engine.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever happens to a sequence on its way (others take its place or its memory, its reader stops for a while, its prompt
 * comes in pieces or is copied, the model is replaced), its answer has the ids that it would have had alone.
 */
@Timeout(120)
class InterruptedAnswersTest {
    private static final int REQUESTS = 12;
    private static final int LONGEST_PROMPT = 64;
    private static final int TOKENS = 120;
    private static final int BYTES_PER_TOKEN = 6 * 2 * 256 * Float.BYTES;

    private static LanguageModel alone;
    private static List<int[]> prompts;
    private static List<Generation> expected;

    private final Queue<EngineSample> samples = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void answerOneByOne() {
        alone = LanguageModel.load(HouseModel.FOLDER);
        String told = "<|user|>I need a table for two tonight<|agent|>What time do you want the reservation?<|user|>";
        prompts = IntStream.range(0, REQUESTS)
                .mapToObj(
                        i -> alone.tokenize((i % 3 == 0 ? told : "<|user|>") + "Is there a bus at " + i + "?<|agent|>"))
                .toList();
        expected = IntStream.range(0, REQUESTS)
                .mapToObj(i -> alone.generate(prompts.get(i), options(i)))
                .toList();
        assertThat(prompts).allMatch(prompt -> prompt.length < LONGEST_PROMPT);
    }

    @AfterAll
    static void close() {
        alone.close();
    }

    /** Every other one is sampled. */
    private static GenerationOptions options(int i) {
        return alone.defaults()
                .withTemperature(i % 2 == 0 ? 0 : 0.9)
                .withSeed(i)
                .withEndTokens(Set.of())
                .withMaxTokens(TOKENS);
    }

    /** A reader that takes so many pieces, and more when it is told to. */
    private static final class Reading implements Reader {
        final CompletableFuture<Generation> whole = new CompletableFuture<>();
        private final Semaphore demand;
        private Generation soFar;
        private Runnable whenRoom = () -> {};

        Reading(int demand) {
            this.demand = new Semaphore(demand);
        }

        synchronized void asksFor(int more) {
            demand.release(more);
            whenRoom.run();
        }

        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public boolean hasRoom() {
            return demand.availablePermits() > 0;
        }

        @Override
        public synchronized void onRoom(Runnable action) {
            whenRoom = action;
            if (hasRoom()) {
                action.run();
            }
        }

        @Override
        public void read(Generation piece) {
            demand.acquireUninterruptibly();
            soFar = soFar == null ? piece : soFar.append(piece);
            if (piece.finishReason() != null) {
                whole.complete(soFar);
            }
        }

        @Override
        public void failed(Throwable cause) {
            whole.completeExceptionally(cause);
        }
    }

    private LanguageModel load(EngineOptions sharing) {
        return LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT, sharing.withSamples(samples::add));
    }

    private static Reading ask(LanguageModel model, int i, int priority, int demand) {
        var reading = new Reading(demand);
        model.generate(prompts.get(i), options(i), priority, Long.MAX_VALUE, reading);
        return reading;
    }

    private static List<Reading> askAll(LanguageModel model, IntFunction<Reading> asking) {
        return IntStream.range(0, REQUESTS).mapToObj(asking).toList();
    }

    private static void assertAsAlone(List<Reading> readings) {
        for (int i = 0; i < readings.size(); i++) {
            Generation whole = readings.get(i).whole.join();
            assertThat(whole.tokenIds())
                    .as("request %d", i)
                    .isEqualTo(expected.get(i).tokenIds());
            assertThat(whole.text()).isEqualTo(expected.get(i).text());
            assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    private long preemptions() {
        return samples.stream()
                .filter(RequestSample.class::isInstance)
                .mapToLong(sample -> ((RequestSample) sample).preemptions())
                .sum();
    }

    private boolean anyStep(Predicate<StepSample> is) {
        return samples.stream().anyMatch(sample -> sample instanceof StepSample step && is.test(step));
    }

    @Test
    void whereMemoryIsShort() {
        // for two of them, until one grows
        EngineOptions small = EngineOptions.DEFAULT.withCacheBytes(340L * BYTES_PER_TOKEN);
        try (LanguageModel model = load(small)) {
            assertAsAlone(askAll(model, i -> ask(model, i, 0, Integer.MAX_VALUE)));
        }
        assertThat(preemptions()).isPositive();
        assertThat(anyStep(step -> step.cacheBytes() > step.cacheLimitBytes())).isFalse();
    }

    @Test
    void whereOthersMatterMore() {
        EngineOptions few = EngineOptions.DEFAULT.withMaxBatchSize(3);
        try (LanguageModel model = load(few)) {
            List<Reading> readings = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                if (i == REQUESTS / 2) {
                    while (!anyStep(step -> step.batchSize() == 3)) {
                        Thread.onSpinWait();
                    }
                }
                readings.add(ask(model, i, i < REQUESTS / 2 ? 0 : i, Integer.MAX_VALUE));
            }
            assertAsAlone(readings);
        }
        assertThat(preemptions()).isPositive();
    }

    @Test
    void wherePromptsComeInPiecesAndAreShared() {
        EngineOptions pieces = EngineOptions.DEFAULT.withMaxBatchSize(4).withStepTokens(7);
        try (LanguageModel model = load(pieces)) {
            assertAsAlone(askAll(model, i -> ask(model, i, 0, Integer.MAX_VALUE)));
        }
        assertThat(anyStep(step -> step.inputTokens() > 7)).isFalse();
        assertThat(samples).anyMatch(sample -> sample instanceof RequestSample request && request.cachedTokens() > 0);
    }

    @ParameterizedTest
    @EnumSource
    void whereReadersStop(ParkPolicy policy) {
        try (LanguageModel model = load(EngineOptions.DEFAULT.withParkPolicy(policy))) {
            List<Reading> readings = new ArrayList<>(askAll(model, i -> ask(model, i, 0, i % 2 == 0 ? 1 : 9_999)));
            while (!anyStep(step -> step.parked() == REQUESTS / 2)
                    && readings.stream().filter(one -> one.whole.isDone()).count() < REQUESTS / 2) {
                Thread.onSpinWait();
            }
            readings.forEach(one -> one.asksFor(9_999));
            assertAsAlone(readings);
        }
        assertThat(anyStep(step -> step.parked() > 0)).isTrue();
    }

    @Test
    void whereTheModelIsReplaced() {
        EngineOptions few = EngineOptions.DEFAULT.withMaxBatchSize(4);
        try (var slot = new ModelSlot(load(few))) {
            LanguageModel first = slot.present();
            IntFunction<Reading> asking = i -> slot.use(model -> ask(model, i, 0, Integer.MAX_VALUE));
            List<Reading> readings = new ArrayList<>();
            for (int i = 0; i < REQUESTS / 2; i++) {
                readings.add(asking.apply(i));
            }
            LanguageModel next = load(few);
            var unfinished = CompletableFuture.supplyAsync(() -> slot.replace(next, Duration.ofSeconds(60)));
            for (int i = REQUESTS / 2; i < REQUESTS; i++) {
                readings.add(asking.apply(i));
            }
            assertAsAlone(readings);
            assertThat(unfinished.join()).isZero();
            assertThat(first.health()).isEqualTo(Health.CLOSED);
        }
    }
}
