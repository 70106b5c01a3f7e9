package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a caller does when a request has ended is no part of what is handled on that thread, and stops nobody. */
class AfterTheReplyTest extends BusTest {
    private static final Service<String, String> FIRST = Service.of("first", String.class, String.class);
    private static final Service<String, String> NEXT = Service.of("next", String.class, String.class);
    private static final Service<String, String> SILENT = Service.of("silent", String.class, String.class);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(5);

    private final Stepper stepper = Stepper.at(Instant.EPOCH);
    private final List<Duration> left = new ArrayList<>();
    private final List<Headers> causes = new ArrayList<>();

    private Bus stepped() {
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper).withInterceptor(new Interceptor() {
            @Override
            public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
                if (topic.equals(NEXT.name())) {
                    causes.add(cause);
                }
                return headers;
            }
        }));
        bus.serve(NEXT, (word, context) -> {
            left.add(context.remaining());
            return word;
        });
        return bus;
    }

    private static CompletableFuture<String> askFirst(Bus bus) {
        return bus.request(FIRST, "?", Headers.NONE.withSender("first"), SHORT);
    }

    @Test
    void nextRequestHasItsOwnTime() {
        Bus bus = stepped();
        bus.serve(FIRST, (word, context) -> word);
        CompletableFuture<String> next = askFirst(bus).thenCompose(word -> bus.request(NEXT, word, LONG));
        stepper.run();
        assertThat(next).isCompletedWithValue("?");
        assertThat(left).containsExactly(LONG);
        assertThat(causes).containsExactly(Headers.NONE);
    }

    @Test
    void fallbackHasItsOwnTime() {
        Bus bus = stepped();
        bus.serve(FIRST, (word, context) -> {
            throw new IllegalStateException("no idea");
        });
        CompletableFuture<String> next =
                askFirst(bus).exceptionallyCompose(failure -> bus.request(NEXT, "fallback", LONG));
        stepper.run();
        assertThat(next).isCompletedWithValue("fallback");
        assertThat(left).containsExactly(LONG);
    }

    @Test
    void whatAPartOfAStreamBringsAboutHasItsOwnTime() {
        Bus bus = stepped();
        bus.serveStream(FIRST, (word, replies) -> replies.send(word));
        bus.stream(FIRST, "?", SHORT, part -> bus.request(NEXT, part, LONG));
        stepper.run();
        assertThat(left).containsExactly(LONG);
    }

    @Test
    void fallbackForARequestThatWasShedDoesNotEndWithTheOneThatTookItsPlace() {
        Bus bus = stepped();
        Service<String, String> small = FIRST.withCapacity(2);
        // Whoever asks for it is cancelled while its handler is still at it.
        var outer = new AtomicReference<CompletableFuture<String>>();
        bus.serve(SILENT, (word, context) -> {
            bus.request(small, "urgent", Headers.NONE.withPriority(9), LONG);
            outer.get().cancel(true);
            return word;
        });
        bus.serve(small, (word, context) -> word);
        CompletableFuture<String> fallback = bus.request(small, "shed", Headers.NONE.withPriority(-1), LONG)
                .exceptionallyCompose(failure -> bus.request(NEXT, "fallback", LONG));
        bus.request(small, "other");
        outer.set(bus.request(SILENT, "stranger", SHORT));
        stepper.run();
        assertThat(outer.get()).isCancelled();
        assertThat(fallback).isCompletedWithValue("fallback");
        assertThat(left).containsExactly(LONG);
    }

    @Test
    void whatACancelActionAsksForIsAsked() {
        Bus bus = stepped();
        bus.serveAsync(FIRST, (word, replies) -> replies.onCancel(() -> bus.request(NEXT, "undo", LONG)));
        CompletableFuture<String> first = askFirst(bus);
        stepper.run();
        first.cancel(true);
        stepper.run();
        assertThat(left).containsExactly(LONG);
    }

    @Test
    void handlerThatHasCompletedARequestGoesOnInItsOwnTime() {
        Bus bus = stepped();
        bus.serveAsync(FIRST, (word, replies) -> {
            replies.send(word);
            replies.complete();
            bus.request(NEXT, word, LONG);
        });
        askFirst(bus);
        stepper.run();
        assertThat(left).containsExactly(LONG);
    }

    @Test
    void handlerWhoseRequestIsBrokenOffAsksInVain() {
        Bus bus = stepped();
        var inner = new AtomicReference<CompletableFuture<String>>();
        var outer = new AtomicReference<CompletableFuture<String>>();
        bus.serve(FIRST, (word, context) -> {
            outer.get().cancel(true);
            inner.set(bus.request(NEXT, word, LONG));
            return word;
        });
        outer.set(askFirst(bus));
        stepper.run();
        assertThat(RequestTest.failureOf(inner.get()).failure()).isEqualTo(RequestFailure.CANCELLED);
        assertThat(left).isEmpty();
    }

    // ---- after a timeout

    @Test
    void fallbackAfterATimeoutMayWait() throws Exception {
        Bus bus = open();
        bus.serveAsync(SILENT, (word, replies) -> {});
        List<CompletableFuture<String>> waiting = IntStream.range(0, 8)
                .mapToObj(i -> bus.request(SILENT, "?", SHORT)
                        .exceptionally(timeout -> bus.request(SILENT, "fallback", SHORT)
                                .exceptionally(again -> "default")
                                .join()))
                .toList();
        CompletableFuture<String> other = bus.request(SILENT, "other", Duration.ofMillis(310));
        assertThat(RequestTest.failureOf(other).failure()).isEqualTo(RequestFailure.TIMEOUT);
        for (CompletableFuture<String> one : waiting) {
            assertThat(get(one)).isEqualTo("default");
        }
    }

    @Test
    void callersThatNeverComeBackFromATimeoutStopNobodyAndNoClosing() throws Exception {
        Bus bus = open();
        var never = new CountDownLatch(1);
        var blocked = new CountDownLatch(3);
        bus.serveAsync(SILENT, (word, replies) -> {
            if (word.equals("cancel action")) {
                replies.onCancel(() -> block(blocked, never));
            }
        });
        bus.request(SILENT, "future", SHORT).whenComplete((reply, timeout) -> block(blocked, never));
        bus.request(SILENT, "cancel action", SHORT);
        bus.stream(SILENT, "stream", Headers.NONE, SHORT).subscribe(new BlockedAtTheEnd(blocked, never));
        blocked.await();
        CompletableFuture<String> other = bus.request(SILENT, "other", SHORT);
        assertThat(RequestTest.failureOf(other).failure()).isEqualTo(RequestFailure.TIMEOUT);
        bus.close(Duration.ofMillis(50));
        never.countDown();
    }

    private static void block(CountDownLatch blocked, CountDownLatch never) {
        blocked.countDown();
        try {
            never.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private record BlockedAtTheEnd(CountDownLatch blocked, CountDownLatch never) implements Flow.Subscriber<String> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(String part) {}

        @Override
        public void onError(Throwable failure) {
            block(blocked, never);
        }

        @Override
        public void onComplete() {}
    }

    @Test
    void whatDependsOnARequestThatAHandlerIsStuckAtMayWait() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withStuckAfter(Duration.ofMillis(50), StuckPolicy.DIVERT));
        var gate = new Gate();
        bus.serve(FIRST, (word, context) -> {
            gate.passDespiteInterrupts();
            return word;
        });
        bus.serveAsync(SILENT, (word, replies) -> {});
        CompletableFuture<String> fallback = bus.request(FIRST, "?")
                .exceptionally(stuck -> bus.request(SILENT, "fallback", SHORT)
                        .exceptionally(timeout -> "default")
                        .join());
        assertThat(get(fallback)).isEqualTo("default");
        gate.open();
    }

    // ---- threads that the bus knows nothing of

    @Test
    void asynchronousHandlerCarriesItsRequestToItsOwnThreads() throws Exception {
        Bus bus = open();
        ExecutorService engine = Executors.newSingleThreadExecutor();
        var innerCancelled = new CountDownLatch(1);
        var innerLeft = new AtomicReference<Duration>();
        bus.serveAsync(NEXT, (word, replies) -> {
            innerLeft.set(replies.remaining());
            replies.onCancel(innerCancelled::countDown);
        });
        bus.serveAsync(
                FIRST, (word, replies) -> engine.execute(() -> replies.run(() -> bus.request(NEXT, word, LONG))));
        CompletableFuture<String> outer = bus.request(FIRST, "?", Duration.ofSeconds(1));
        await("the inner one is asked", () -> innerLeft.get() != null);
        assertThat(innerLeft.get()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        outer.cancel(true);
        innerCancelled.await();
        engine.shutdown();
    }

    @Test
    void handlerCarriesItsRequestFromOneReplyToTheNextRequest() {
        Bus bus = stepped();
        Service<String, String> outer = Service.of("outer", String.class, String.class);
        bus.serve(FIRST, (word, context) -> word);
        bus.serveAsync(outer, (word, replies) -> bus.request(FIRST, word)
                .thenCompose(first -> replies.call(() -> bus.request(NEXT, first, LONG))));
        bus.request(outer, "?", Headers.NONE.withSender("outer"), SHORT);
        stepper.run();
        assertThat(left).containsExactly(SHORT);
        assertThat(causes).extracting(Headers::sender).containsExactly("outer");
    }
}
