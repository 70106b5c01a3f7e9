package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers of services on other threads than one of their own. */
class ServiceThreadsTest extends BusTest {
    private static final Service<String, String> SHOUT =
            Service.of("shout", String.class, String.class).withCapacity(8).withMerge(String::concat);
    private static final Duration SOON = Duration.ofMillis(60);

    private final ExecutorService pool = Executors.newFixedThreadPool(8);
    private final Gate gate = new Gate();

    enum Kind {
        VIRTUAL,
        EXECUTOR
    }

    private Execution many(Kind kind) {
        return kind == Kind.VIRTUAL ? Execution.virtualThreads(8) : Execution.executor(pool, 8);
    }

    @AfterEach
    void endPool() {
        pool.shutdownNow();
    }

    /** Waits at the gate with every word that begins so, and gives the others back at once. */
    private String answer(String word) {
        if (word.startsWith("slow")) {
            gate.passDespiteInterrupts();
        }
        return word + "!";
    }

    @ParameterizedTest
    @EnumSource
    void slowReaderOfAStreamHoldsBackNoOtherCaller(Kind kind) throws Exception {
        Bus bus = open();
        bus.service(SHOUT).on(many(kind)).serveStream((word, replies) -> {
            for (int i = 0; i < 300 && replies.send("."); i++) {
                // until the reader wants no more
            }
        });
        var slow = new Reader<String>(1);
        bus.stream(SHOUT, "slow").subscribe(slow);
        await("it waits for its reader", () -> slow.signals.size() == 2);
        for (int i = 0; i < 50; i++) {
            assertThat(get(bus.request(SHOUT, "other"))).hasSize(300);
        }
        slow.subscription.request(Long.MAX_VALUE);
        await("the slow one gets all", () -> slow.signals.contains("complete"));
        assertThat(slow.signals).hasSize(302);
    }

    @ParameterizedTest
    @EnumSource
    void blockedHandlerHoldsBackNoOtherCaller(Kind kind) throws Exception {
        Bus bus = open();
        bus.service(SHOUT).on(many(kind)).serve((word, context) -> answer(word));
        CompletableFuture<String> slow = bus.request(SHOUT, "slow");
        gate.awaitArrival();
        for (int i = 0; i < 50; i++) {
            assertThat(get(bus.request(SHOUT, "other"))).isEqualTo("other!");
        }
        assertThat(slow).isNotDone();
        gate.open();
        assertThat(get(slow)).isEqualTo("slow!");
    }

    @Test
    void notMoreRequestsAreHandledTogetherThanWasSaid() throws Exception {
        Bus bus = open();
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var arrived = new CountDownLatch(3);
        bus.service(SHOUT).on(Execution.virtualThreads(3)).serve((word, context) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            arrived.countDown();
            gate.pass();
            running.decrementAndGet();
            return word;
        });
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(bus.request(SHOUT, "word"));
        }
        arrived.await();
        gate.open();
        for (CompletableFuture<String> one : asked) {
            get(one);
        }
        assertThat(most).hasValue(3);
    }

    @ParameterizedTest
    @EnumSource
    void capacityCountsWhatIsHandledAndTheLeastUrgentIsShed(Kind kind) throws Exception {
        Bus bus = open();
        Execution three = kind == Kind.VIRTUAL ? Execution.virtualThreads(3) : Execution.executor(pool, 3);
        var arrived = new CountDownLatch(3);
        bus.service(SHOUT).on(three).serve((word, context) -> {
            arrived.countDown();
            gate.pass();
            return word;
        });
        List<CompletableFuture<String>> handled = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            handled.add(bus.request(SHOUT, "handled"));
        }
        arrived.await();
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(bus.request(SHOUT, "waiting", Headers.NONE.withPriority(i), PATIENCE));
        }
        assertThat(failureOf(bus.request(SHOUT, "low", Headers.NONE.withPriority(-1), PATIENCE)))
                .isEqualTo(RequestFailure.OVERLOADED);
        CompletableFuture<String> urgent = bus.request(SHOUT, "urgent", Headers.NONE.withPriority(9), PATIENCE);
        assertThat(failureOf(waiting.get(0))).isEqualTo(RequestFailure.OVERLOADED);
        // One that is over keeps nobody out.
        waiting.get(1).cancel(true);
        CompletableFuture<String> second = bus.request(SHOUT, "second", Headers.NONE.withPriority(-9), PATIENCE);
        assertThat(bus.snapshot().services().get(0).inFlight()).isEqualTo(8);
        gate.open();
        assertThat(get(urgent)).isEqualTo("urgent");
        assertThat(get(second)).isEqualTo("second");
        for (CompletableFuture<String> one : handled) {
            assertThat(get(one)).isEqualTo("handled");
        }
        await("all is counted", () -> bus.snapshot().services().get(0).inFlight() == 0);
        assertThat(bus.snapshot().services().get(0).requests()).isEqualTo(11);
    }

    @Test
    void whoHasGotAReplyIsLetInAgainAtOnce() throws Exception {
        Bus bus = open();
        bus.service(SHOUT.withCapacity(4)).on(Execution.virtualThreads(4)).serve((word, context) -> word);
        List<Future<Integer>> callers = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            callers.add(start(() -> {
                int replies = 0;
                for (int i = 0; i < 2_000; i++) {
                    replies += bus.request(SHOUT, "word").join().length() / 4;
                }
                return replies;
            }));
        }
        for (Future<Integer> caller : callers) {
            assertThat(get(caller)).isEqualTo(2_000);
        }
        assertThat(bus.snapshot().services().get(0).sheds()).isZero();
    }

    @Test
    void deadlinesAreKeptWhileWaitingAndWhileBeingHandled() throws Exception {
        Bus bus = open();
        var over = new CountDownLatch(2);
        bus.service(SHOUT).on(Execution.virtualThreads(2)).serve((word, context) -> {
            context.onCancel(over::countDown);
            return answer(word);
        });
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            asked.add(bus.request(SHOUT, "slow", Duration.ofMillis(100)));
        }
        for (CompletableFuture<String> one : asked) {
            assertThat(failureOf(one)).isEqualTo(RequestFailure.TIMEOUT);
        }
        over.await();
        gate.open();
    }

    @Test
    void whatAHandlerAsksForHasNoMoreTimeThanItsRequestAndEndsWithIt() throws Exception {
        Bus bus = open();
        Service<String, String> inner = Service.of("inner", String.class, String.class);
        var cancelled = new CountDownLatch(1);
        bus.serveAsync(inner, (word, replies) -> replies.onCancel(cancelled::countDown));
        bus.service(SHOUT).on(Execution.virtualThreads(2)).serve((word, context) -> bus.request(inner, word, PATIENCE)
                .join());
        assertThat(failureOf(bus.request(SHOUT, "word", Duration.ofMillis(100))))
                .isEqualTo(RequestFailure.TIMEOUT);
        cancelled.await();
    }

    @Test
    void handlerIsReplacedBetweenTwoRequests() throws Exception {
        Bus bus = open();
        bus.service(SHOUT).named("one").on(Execution.virtualThreads(4)).serve((word, context) -> answer(word));
        CompletableFuture<String> old = bus.request(SHOUT, "slow");
        gate.awaitArrival();
        bus.replace(SHOUT, "one", (word, context) -> word + "?");
        assertThat(get(bus.request(SHOUT, "word"))).isEqualTo("word?");
        bus.replaceAsync(
                SHOUT,
                "one",
                (word, replies) -> start(() -> {
                    replies.send(word + "...");
                    replies.complete();
                    return null;
                }));
        assertThat(get(bus.request(SHOUT, "word"))).isEqualTo("word...");
        gate.open();
        assertThat(get(old)).isEqualTo("slow!");
    }

    @ParameterizedTest
    @EnumSource(value = StuckPolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "WAIT")
    void requestThatAHandlerIsStuckAtFails(StuckPolicy policy) throws Exception {
        Bus bus = open();
        bus.service(SHOUT)
                .on(Execution.virtualThreads(1))
                .stuckAfter(SOON, policy)
                .serve((word, context) -> answer(word));
        CompletableFuture<String> stuck = bus.request(SHOUT, "slow");
        CompletableFuture<String> next = bus.request(SHOUT, "next");
        assertThat(failureOf(stuck)).isEqualTo(RequestFailure.HANDLER_FAILED);
        if (policy == StuckPolicy.DIVERT) {
            assertThat(get(next)).isEqualTo("next!");
            gate.open();
        } else {
            assertThat(failureOf(next)).isEqualTo(RequestFailure.NO_HANDLER);
            gate.open();
            bus.serve(SHOUT, (word, context) -> word + "?");
        }
        assertThat(get(bus.request(SHOUT, "after"))).startsWith("after");
        assertThat(errors).extracting(HandlerError::cause).hasOnlyElementsOfType(StuckHandlerException.class);
    }

    @Test
    void serviceThatIsClosedAnswersWhatWasWaiting() throws Exception {
        Bus bus = open();
        Subscription serving =
                bus.service(SHOUT).on(Execution.virtualThreads(2)).serve((word, context) -> answer(word));
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            asked.add(bus.request(SHOUT, "slow"));
        }
        gate.awaitArrival();
        Future<Void> closing = start(() -> {
            serving.close();
            return null;
        });
        await("the service is gone", () -> bus.snapshot().services().isEmpty());
        gate.open();
        get(closing);
        for (CompletableFuture<String> one : asked) {
            assertThat(get(one)).isEqualTo("slow!");
        }
        assertThat(serving.delivered()).isEqualTo(6);
        assertThat(failureOf(bus.request(SHOUT, "late"))).isEqualTo(RequestFailure.NO_HANDLER);
    }

    @Test
    void closingFailsWhatIsLeftAndCountsIt() throws Exception {
        Bus bus = open();
        bus.service(SHOUT).on(Execution.virtualThreads(2)).serve((word, context) -> answer(word));
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            asked.add(bus.request(SHOUT, "slow"));
        }
        gate.awaitArrival();
        CloseReport report = bus.close(Duration.ofMillis(50));
        assertThat(asked).allMatch(one -> failureOf(one) == RequestFailure.CLOSED);
        assertThat(report.abandoned()).isEqualTo(5);
        assertThat(report.delivered()).isZero();
        gate.open();
    }

    @Test
    void executorThatRejectsFailsTheRequest() {
        Bus bus = open();
        bus.service(SHOUT)
                .on(Execution.executor(
                        work -> {
                            throw new RejectedExecutionException("too busy");
                        },
                        1))
                .serve((word, context) -> word);
        RequestException failed = RequestTest.failureOf(bus.request(SHOUT, "word"));
        assertThat(failed.failure()).isEqualTo(RequestFailure.HANDLER_FAILED);
        assertThat(failed).hasMessageContaining("could not be called").hasMessageContaining("too busy");
    }

    @Test
    void handlersOfServicesCanShareAThread() throws Exception {
        Bus bus = open();
        Service<String, String> other = Service.of("other", String.class, String.class);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        for (Service<String, String> one : List.of(SHOUT, other)) {
            bus.service(one).on(Execution.eventLoop("quiet")).serve((word, context) -> {
                threads.add(Thread.currentThread().getName());
                return word;
            });
        }
        assertThat(get(bus.request(SHOUT, "one"))).isEqualTo("one");
        assertThat(get(bus.request(other, "two"))).isEqualTo("two");
        assertThat(threads).containsExactly("tokenring-bus-loop-quiet");
    }

    @Test
    void asynchronousHandlerMayBeCalledOnSeveralThreads() throws Exception {
        Bus bus = open();
        bus.service(SHOUT).on(Execution.virtualThreads(4)).serveAsync((word, replies) -> {
            replies.send(answer(word));
            replies.complete();
        });
        CompletableFuture<String> slow = bus.request(SHOUT, "slow");
        gate.awaitArrival();
        assertThat(get(bus.request(SHOUT, "word"))).isEqualTo("word!");
        gate.open();
        assertThat(get(slow)).isEqualTo("slow!");
    }

    @Test
    void onASteppedBusTheThreadThatStepsCallsIt() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        List<Thread> threads = new ArrayList<>();
        bus.service(SHOUT).on(Execution.virtualThreads(4)).serve((word, context) -> {
            threads.add(Thread.currentThread());
            return word;
        });
        CompletableFuture<String> reply = bus.request(SHOUT, "word");
        stepper.run();
        assertThat(reply).isCompletedWithValue("word");
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void wrongNamesAndTimesAreRefused() {
        Bus bus = open();
        assertThatThrownBy(() -> bus.service(SHOUT).named("no good"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("handler name is \"no good\"");
        assertThatThrownBy(() -> bus.service(SHOUT).stuckAfter(Duration.ZERO, StuckPolicy.WAIT))
                .isInstanceOf(IllegalArgumentException.class);
        bus.service(SHOUT).named("one").serve((word, context) -> word);
        assertThatThrownBy(() -> bus.service(SHOUT).named("one").serve((word, context) -> word))
                .isInstanceOf(IllegalStateException.class);
    }

    private static RequestFailure failureOf(CompletableFuture<?> future) {
        return RequestTest.failureOf(future).failure();
    }
}
