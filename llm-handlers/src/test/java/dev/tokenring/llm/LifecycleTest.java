package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model may be used by many threads and closed at any moment; the JVM lives on. */
@Timeout(60)
class LifecycleTest {
    private static final GenerationOptions ENDLESS = GenerationOptions.GREEDY.withMaxTokens(Integer.MAX_VALUE);
    private static final int[] PROMPT = {72, 105};

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void write() {
        new TinyModel(2)
                .set("n_positions", 100_000)
                .set("n_embd", 3)
                .set("n_head", 1)
                .write(folder);
    }

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closingTwiceIsFineAndUseAfterwardsIsRefused() {
        LanguageModel model = LanguageModel.load(folder);
        model.close();
        model.close();
        for (Runnable use : List.<Runnable>of(
                () -> model.logits(PROMPT),
                () -> model.tokenize("a"),
                () -> model.detokenize(List.of(1)),
                () -> model.chatPrompt(List.of(ChatMessage.user("a")), 8),
                () -> model.generate(PROMPT, ENDLESS, piece -> {}, () -> false))) {
            assertThatIllegalStateException().isThrownBy(use::run).withMessageContaining("is closed: load it again");
        }
    }

    @Test
    void closingEndsWhatIsBeingGenerated() throws Exception {
        LanguageModel model = LanguageModel.load(folder);
        var running = new CountDownLatch(3);
        Future<Generation> generation =
                threads.submit(() -> model.generate(PROMPT, ENDLESS, piece -> running.countDown(), () -> false));
        running.await();
        model.close();
        assertThat(generation.get().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void aListenerMayClose() {
        LanguageModel model = LanguageModel.load(folder);
        Generation whole = model.generate(PROMPT, ENDLESS, piece -> model.close(), () -> false);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThatIllegalStateException().isThrownBy(() -> model.tokenize("a"));
    }

    @Test
    void aListenerThatClosesDoesNotWaitForItsOwnGeneration() {
        LanguageModel model = LanguageModel.load(folder);
        var unfinished = new ArrayList<Integer>();
        Generation whole = model.generate(
                PROMPT, ENDLESS, piece -> unfinished.add(model.close(Duration.ofSeconds(100))), () -> false);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(unfinished.get(0)).isOne();
        assertThatIllegalStateException().isThrownBy(() -> model.tokenize("a"));
    }

    @Test
    void aListenerMayAskTheModelMeanwhile() {
        try (LanguageModel model = LanguageModel.load(folder)) {
            var inner = new ArrayList<Generation>();
            GenerationOptions few = ENDLESS.withMaxTokens(5);
            Generation alone = model.generate(PROMPT, few, piece -> {}, () -> false);
            Generation outer = model.generate(
                    PROMPT,
                    few,
                    piece -> inner.add(model.generate(PROMPT, few, innerPiece -> {}, () -> false)),
                    () -> false);
            assertThat(outer.text()).isEqualTo(alone.text());
            assertThat(inner).isNotEmpty().extracting(Generation::text).containsOnly(alone.text());
        }
    }

    @Test
    void aListenerMayWaitForAnUseThatIsRefusedBecauseTheModelIsBeingClosed() throws Exception {
        LanguageModel model = LanguageModel.load(folder);
        var closer = new Thread(model::close);
        Generation whole = model.generate(
                PROMPT,
                ENDLESS,
                piece -> {
                    if (closer.getState() == Thread.State.NEW) {
                        closer.start();
                        while (closer.getState() != Thread.State.WAITING) {
                            Thread.onSpinWait();
                        }
                        assertThatThrownBy(() -> threads.submit(() -> model.tokenize("a"))
                                        .get(30, TimeUnit.SECONDS))
                                .hasCauseInstanceOf(IllegalStateException.class);
                    }
                },
                () -> false);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        closer.join();
    }

    @Test
    void whatAListenerThrowsReachesTheCallerAndHarmsNothing() {
        try (LanguageModel model = LanguageModel.load(folder)) {
            var thrown = new IllegalStateException("enough");
            assertThatThrownBy(() -> model.generate(
                            PROMPT,
                            ENDLESS,
                            piece -> {
                                throw thrown;
                            },
                            () -> false))
                    .isSameAs(thrown);
            assertThat(model.logits(PROMPT)).hasSize(257);
        }
    }

    @Test
    void threadsDoNotDisturbEachOther() throws Exception {
        try (LanguageModel model = LanguageModel.load(folder)) {
            GenerationOptions sampled =
                    ENDLESS.withMaxTokens(40).withTemperature(1).withTopK(20);
            var alone = new ArrayList<Generation>();
            for (int seed = 0; seed < 8; seed++) {
                alone.add(model.generate(PROMPT, sampled.withSeed(seed), piece -> {}, () -> false));
            }
            assertThat(alone.stream().map(Generation::text).distinct()).hasSizeGreaterThan(4);
            var together = new ArrayList<Future<Generation>>();
            for (int seed = 0; seed < 8; seed++) {
                GenerationOptions own = sampled.withSeed(seed);
                together.add(threads.submit(() -> model.generate(PROMPT, own, piece -> {}, () -> false)));
            }
            for (int seed = 0; seed < 8; seed++) {
                assertThat(together.get(seed).get().tokenIds())
                        .isEqualTo(alone.get(seed).tokenIds());
            }
        }
    }

    @Test
    void closingRacesWithEveryUse() throws Exception {
        for (int round = 0; round < 25; round++) {
            LanguageModel model = LanguageModel.load(folder);
            var started = new CountDownLatch(4);
            List<Runnable> uses = List.of(
                    () -> model.tokenize("some text that takes a while to tokenize"),
                    () -> model.logits(PROMPT),
                    () -> model.generate(PROMPT, ENDLESS, piece -> {}, () -> false),
                    () -> model.chatPrompt(List.of(ChatMessage.user("hello")), 8));
            var ended = new ArrayList<Future<?>>();
            for (Runnable use : uses) {
                ended.add(threads.submit(() -> {
                    started.countDown();
                    assertThatIllegalStateException().isThrownBy(() -> {
                        while (true) {
                            use.run();
                        }
                    });
                }));
            }
            started.await();
            model.close();
            for (Future<?> end : ended) {
                end.get();
            }
        }
    }
}
