package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model on the bus, and its end. */
class GenerationHandlerTest {
    private static final Service<String, Generation> GENERATE =
            Service.of("generate", String.class, Generation.class).withMerge(Generation::append);

    private LanguageModel model;
    private Bus bus;

    @BeforeEach
    void open() {
        model = LanguageModel.load(HouseModel.FOLDER);
        bus = Bus.open();
    }

    @AfterEach
    void close() {
        bus.close();
        model.close();
    }

    private void serve(GenerationOptions options, AtomicLong pieces) {
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, options, (piece, headers) -> {
            pieces.incrementAndGet();
            return piece;
        }));
    }

    private GenerationOptions endless() {
        return model.defaults().withEndTokens(Set.of()).withMaxTokens(170);
    }

    /** Reads a stream, collects it, and has the same demand all the time. */
    private static final class Reader implements Flow.Subscriber<Generation> {
        final List<Generation> parts = new ArrayList<>();
        final CompletableFuture<List<Generation>> all = new CompletableFuture<>();
        final CountDownLatch first = new CountDownLatch(1);
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final long demand;

        Reader(long demand) {
            this.demand = demand;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
            given.request(demand);
        }

        @Override
        public void onNext(Generation part) {
            parts.add(part);
            first.countDown();
            subscription.join().request(1);
        }

        @Override
        public void onError(Throwable failure) {
            all.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            all.complete(parts);
        }
    }

    @Test
    void aStreamAndAReplySayTheSame() {
        serve(model.defaults().withTemperature(0), new AtomicLong());
        String prompt = "<|user|>I need a table for two.<|agent|>";
        var reader = new Reader(Long.MAX_VALUE);

        bus.stream(GENERATE, prompt).subscribe(reader);
        Generation whole = bus.request(GENERATE, prompt).join();

        Generation streamed =
                reader.all.join().stream().reduce(Generation::append).orElseThrow();
        assertThat(streamed.text()).isEqualTo(whole.text());
        assertThat(streamed.tokenIds()).isEqualTo(whole.tokenIds());
        assertThat(streamed.finishReason()).isEqualTo(whole.finishReason());
        assertThat(streamed.usage().completionTokens()).isEqualTo(whole.usage().completionTokens());
        assertThat(reader.parts).hasSizeGreaterThan(1);
        assertThat(whole.text()).isNotBlank();
    }

    @Test
    void aCancelledStreamStopsTheModel() throws Exception {
        var pieces = new AtomicLong();
        serve(endless(), pieces);
        var reader = new Reader(Long.MAX_VALUE);

        bus.stream(GENERATE, "<|user|>Hello<|agent|>").subscribe(reader);
        assertThat(reader.first.await(30, TimeUnit.SECONDS)).isTrue();
        reader.subscription.join().cancel();

        // Both would take as many steps, and the first has begun earlier: it would be over when this one is.
        assertThat(bus.request(GENERATE, "<|user|>Hello<|agent|>").join().tokenIds())
                .hasSize(170);
        assertThat(pieces.get()).isLessThan(2 * 170);
    }

    @Test
    void aPassedDeadlineStopsTheModelAndIsATimeout() {
        serve(endless(), new AtomicLong());

        assertThatThrownBy(() -> bus.request(GENERATE, "<|user|>Hello<|agent|>", Duration.ofMillis(3))
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RequestException.class, e -> assertThat(e.failure()).isEqualTo(RequestFailure.TIMEOUT));
    }

    /** The model runs ahead of a reader, but not far. */
    private static void awaitEndSoonAfterCancelling(List<FinishReason> reasons) {
        long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!reasons.contains(FinishReason.CANCELLED)) {
            assertThat(System.nanoTime()).isLessThan(giveUpNs);
            Thread.onSpinWait();
        }
        assertThat(reasons).hasSizeBetween(4, 3 + 64);
        assertThat(reasons.subList(0, reasons.size() - 1)).containsOnlyNulls();
    }

    @Test
    void littleMoreIsComputedForWhomCancels() {
        var reader = new Reader(Long.MAX_VALUE);
        List<FinishReason> reasons = Collections.synchronizedList(new ArrayList<>());
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, endless(), (piece, headers) -> {
            reasons.add(piece.finishReason());
            if (reasons.size() == 3) {
                reader.subscription.join().cancel();
            }
            return piece;
        }));

        bus.stream(GENERATE, "<|user|>Hello<|agent|>").subscribe(reader);
        awaitEndSoonAfterCancelling(reasons);
    }

    @Test
    void littleMoreIsComputedAfterTheDeadline() {
        List<FinishReason> reasons = Collections.synchronizedList(new ArrayList<>());
        var timeout = new CompletableFuture<Throwable>();
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, endless(), (piece, headers) -> {
            reasons.add(piece.finishReason());
            if (reasons.size() == 3) {
                timeout.join();
            }
            return piece;
        }));

        bus.request(GENERATE, "<|user|>Hello<|agent|>", Duration.ofSeconds(1))
                .whenComplete((whole, failure) -> timeout.complete(failure));
        assertThat(timeout.join()).isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.failure())
                .isEqualTo(RequestFailure.TIMEOUT));
        awaitEndSoonAfterCancelling(reasons);
    }

    @Test
    void aReaderThatAsksForNothingParksItsStreamAloneAndLosesNothing() {
        GenerationOptions whole = endless();
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, whole, (piece, headers) -> piece));
        var streamed = new ArrayList<Generation>();
        var done = new CompletableFuture<Void>();
        var subscription = new CompletableFuture<Flow.Subscription>();
        bus.stream(GENERATE, "<|user|>Hello<|agent|>").subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.complete(given);
            }

            @Override
            public void onNext(Generation part) {
                streamed.add(part);
            }

            @Override
            public void onError(Throwable failure) {
                done.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                done.complete(null);
            }
        });
        Generation other = bus.request(GENERATE, "<|user|>Hello<|agent|>", Duration.ofSeconds(30))
                .join();
        assertThat(streamed).isEmpty();
        subscription.join().request(Long.MAX_VALUE);
        done.join();
        assertThat(streamed.stream().reduce(Generation::append).orElseThrow().tokenIds())
                .isEqualTo(other.tokenIds());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, Long.MAX_VALUE})
    void severalSamplesComeInOneStream(long demand) {
        GenerationOptions three =
                model.defaults().withTemperature(1.2).withSeed(7).withSamples(3).withMaxTokens(40);
        String prompt = "<|user|>I need a table for two.<|agent|>";
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, three, (piece, headers) -> piece));
        var reader = new Reader(demand);
        bus.stream(GENERATE, prompt).subscribe(reader);
        List<Generation> streamed = reader.all.join();
        List<Generation> alone = model.samples(model.tokenize(prompt), three);
        for (int i = 0; i < 3; i++) {
            int sample = i;
            Generation whole = streamed.stream()
                    .filter(piece -> piece.sample() == sample)
                    .reduce(Generation::append)
                    .orElseThrow();
            assertThat(whole.text()).isEqualTo(alone.get(i).text());
            assertThat(whole.tokenIds()).isEqualTo(alone.get(i).tokenIds());
            assertThat(whole.finishReason()).isEqualTo(alone.get(i).finishReason());
            assertThat(alone.get(i).sample()).isEqualTo(i);
        }
    }

    @Test
    void samplesAreNotMixedUpInOneReply() {
        serve(model.defaults().withSamples(2), new AtomicLong());
        CompletableFuture<Generation> asked = bus.request(GENERATE, "<|user|>Hello<|agent|>");
        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(RequestException.class)
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasRootCauseMessage(
                        "a piece of sample 1 can't follow one of sample 0: put the pieces of each sample together by themselves");
    }

    @Test
    void manyAreAnsweredTogether() {
        serve(endless(), new AtomicLong());
        List<CompletableFuture<Generation>> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            asked.add(bus.request(GENERATE, "<|user|>Table for " + (i % 10) + "<|agent|>", Duration.ofSeconds(60)));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(asked.get(i).join().text())
                    .isEqualTo(asked.get(i % 10).join().text());
        }
        assertThat(asked.stream().map(one -> one.join().text()).distinct()).hasSizeGreaterThan(3);
    }

    @Test
    void whatIsTooMuchIsTurnedAwayAsOverload() {
        model.close();
        model = LanguageModel.load(
                HouseModel.FOLDER,
                ModelOptions.DEFAULT,
                EngineOptions.DEFAULT.withMaxBatchSize(1).withQueueLimit(2));
        serve(endless(), new AtomicLong());
        List<CompletableFuture<Generation>> asked = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            asked.add(bus.request(GENERATE, "<|user|>Hello " + i + "<|agent|>", Duration.ofSeconds(60)));
        }
        var failures = new ArrayList<RequestFailure>();
        for (CompletableFuture<Generation> one : asked) {
            try {
                assertThat(one.join().tokenIds()).isNotEmpty();
            } catch (CompletionException e) {
                failures.add(((RequestException) e.getCause()).failure());
            }
        }
        assertThat(failures).containsOnly(RequestFailure.OVERLOADED).hasSizeBetween(1, 59);
    }

    @Test
    void aPromptThatIsTooLongIsToldToTheCaller() {
        serve(endless(), new AtomicLong());

        assertThatThrownBy(() -> bus.request(GENERATE, "table ".repeat(300)).join())
                .cause()
                .isInstanceOfSatisfying(
                        RequestException.class, e -> assertThat(e.failure()).isEqualTo(RequestFailure.HANDLER_FAILED))
                .hasCauseInstanceOf(PromptTooLongException.class);
    }

    @Test
    void closingTheModelEndsWhatIsBeingGeneratedAndRefusesTheRest() throws Exception {
        var reader = new Reader(Long.MAX_VALUE);
        serve(endless(), new AtomicLong());
        bus.stream(GENERATE, "<|user|>Hello<|agent|>").subscribe(reader);
        assertThat(reader.first.await(30, TimeUnit.SECONDS)).isTrue();

        model.close();
        model.close();

        assertThat(reader.all)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOf(RequestException.class)
                .withMessageContaining("the model was closed before the answer was whole");
        assertThat(reader.parts.get(reader.parts.size() - 1).finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThatThrownBy(() -> model.tokenize("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whoMakesResponsesMayCloseTheModelWithoutWaitingForThem() {
        var unfinished = new CompletableFuture<Integer>();
        bus.serveAsync(GENERATE, GenerationHandler.of(model, model::tokenize, endless(), (piece, headers) -> {
            if (!unfinished.isDone()) {
                unfinished.complete(model.close(Duration.ofSeconds(60)));
            }
            return piece;
        }));
        bus.request(GENERATE, "Hello", Duration.ofSeconds(50));

        assertThat(unfinished).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(1);
        assertThat(model.health()).isEqualTo(Health.CLOSED);
    }
}
