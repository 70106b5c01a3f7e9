package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing drains what it can, counts the rest, and comes to an end. */
class ClosingTest extends BusTest {
    static final Topic<Integer> FIRST = Topic.of("first", Integer.class).withCapacity(8);
    static final Topic<Integer> SECOND = Topic.of("second", Integer.class).withCapacity(8);
    static final Topic<Integer> THIRD = Topic.of("third", Integer.class).withCapacity(8);
    static final Service<Integer, Integer> TWICE = Service.of("twice", Integer.class, Integer.class);

    /** Nobody listens to it, so that publishing to it tells whether the bus is closing, and does nothing else. */
    static final Topic<Integer> PROBE = Topic.of("probe", Integer.class);

    private final Gate gate = new Gate();

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void closeDrainsAWholePipeline(WaitStrategy strategy) throws Exception {
        for (int round = 0; round < 20; round++) {
            Bus bus = open();
            Topic<Integer> first = FIRST.withWaitStrategy(strategy);
            Topic<Integer> second = SECOND.withWaitStrategy(strategy);
            Topic<Integer> third = THIRD.withWaitStrategy(strategy);
            var arrived = new CopyOnWriteArrayList<Integer>();
            bus.serve(TWICE, (number, context) -> 2 * number);
            bus.subscribe(first, (number, context) -> bus.publish(second, number + 1));
            bus.subscribe(
                    second,
                    (number, context) ->
                            bus.publish(third, bus.request(TWICE, number).join()));
            bus.subscribe(third, (number, context) -> arrived.add(number));
            for (int i = 0; i < 8; i++) {
                bus.publish(first, i);
            }
            CloseReport report = bus.close(PATIENCE);
            assertThat(arrived).containsExactly(2, 4, 6, 8, 10, 12, 14, 16);
            assertThat(report.abandoned()).isZero();
            assertThat(report.refused()).isZero();
            assertThat(report.delivered()).isLessThanOrEqualTo(32);
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void countsAreExactForAHeldPipeline() throws Exception {
        Bus bus = open();
        bus.subscribe(FIRST, (number, context) -> {
            gate.pass();
            bus.publish(SECOND, number);
        });
        bus.subscribe(SECOND, (number, context) -> {});
        for (int i = 0; i < 5; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        Future<CloseReport> closing = start(() -> bus.close(PATIENCE));
        await("it is closing", () -> bus.tryPublish(PROBE, 0) == PublishOutcome.CLOSED);
        int refused = 1;
        assertThatThrownBy(() -> bus.publish(FIRST, 98)).isInstanceOf(BusClosedException.class);
        refused++;
        assertThat(RequestTest.failureOf(bus.request(TWICE, 97)).failure()).isEqualTo(RequestFailure.CLOSED);
        refused++;
        assertThat(bus.tryPublish(THIRD, 96)).isEqualTo(PublishOutcome.CLOSED);
        refused++;
        gate.open();
        assertThat(get(closing)).isEqualTo(new CloseReport(10, refused, 0));
        assertThat(bus.close(PATIENCE)).as("a second close returns the same").isEqualTo(get(closing));
    }

    @Test
    void stuckHandlerIsInterruptedAtTheDeadlineAndTheRestCounted() throws Exception {
        Bus bus = open();
        var interrupted = new AtomicBoolean();
        bus.subscribe(FIRST, (number, context) -> {
            try {
                gate.pass();
            } catch (InterruptedException atLast) {
                interrupted.set(true);
            }
        });
        for (int i = 0; i < 8; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        assertThat(bus.close(Duration.ofMillis(5))).isEqualTo(new CloseReport(1, 0, 7));
        assertThat(interrupted).isTrue();
        assertThat(busThreads()).isEmpty();
    }

    @Test
    void handlerThatIgnoresInterruptsIsLeftBehindAndNeverCalledAgain() throws Exception {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        Subscription stuck = bus.subscribe(FIRST, (number, context) -> {
            handled.add(number);
            gate.passDespiteInterrupts();
        });
        for (int i = 0; i < 5; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        assertThat(bus.close(Duration.ofMillis(5))).isEqualTo(new CloseReport(0, 0, 5));
        gate.open();
        await("its thread ends", () -> busThreads().isEmpty());
        assertThat(handled).containsExactly(0);
        assertThat(stuck.delivered()).isEqualTo(1);
    }

    @Test
    void subscriptionThatClosedItselfLongAgoDoesNotDisturbTheClose() throws Exception {
        Bus bus = open();
        var own = new CompletableFuture<Subscription>();
        own.complete(bus.subscribe(FIRST, (number, context) -> own.join().close()));
        var handled = new AtomicInteger();
        bus.subscribe(FIRST, (number, context) -> handled.incrementAndGet());
        for (int i = 0; i < 100; i++) {
            bus.publish(FIRST, i);
        }
        await("all arrive", () -> handled.get() == 100);
        CloseReport report = get(start(() -> bus.close(PATIENCE)));
        assertThat(report.abandoned()).isZero();
    }

    @Test
    void whatAClosedSubscriptionDidNotReadIsNotAbandoned() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(5)));
        Subscription held = bus.subscribe(FIRST, (number, context) -> gate.pass());
        for (int i = 0; i < 5; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        held.close();
        Future<CloseReport> closing = start(() -> bus.close(PATIENCE));
        await("it is closing", () -> bus.tryPublish(PROBE, 0) == PublishOutcome.CLOSED);
        gate.open();
        assertThat(get(closing).abandoned()).isZero();
        assertThat(get(closing).delivered()).isEqualTo(1);
    }

    @Test
    void closeFromAHandlerBeginsTheClosingAndReturns() {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        bus.subscribe(FIRST, (number, context) -> {
            if (number == 0) {
                bus.close();
                bus.close();
            }
            handled.add(number);
        });
        int published = 0;
        while (bus.tryPublish(FIRST, published) != PublishOutcome.CLOSED) {
            published++;
        }
        await("it is closed", () -> busThreads().isEmpty());
        assertThat(handled).isNotEmpty().isSorted();
    }

    @Test
    void closeWithTimeoutFromAHandlerIsRefused() {
        Bus bus = open();
        bus.subscribe(FIRST, (number, context) -> bus.close(PATIENCE));
        bus.publish(FIRST, 0);
        await("the handler tried", () -> errors.size() == 1);
        assertThat(errors.get(0).cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a handler of bus bus can't wait for the bus to close: call close() without a timeout, or"
                        + " from another thread");
        assertThat(bus.tryPublish(FIRST, 1)).isEqualTo(PublishOutcome.PUBLISHED);
    }

    @Test
    void closeFromWhatDependsOnAFailedReplyDoesNotWaitForItself() throws Exception {
        Bus bus = open();
        bus.serve(TWICE, (number, context) -> {
            gate.pass();
            return number;
        });
        CompletableFuture<Integer> reply = bus.request(TWICE, 1);
        CompletableFuture<Void> closedAgain = reply.handle((answer, failure) -> {
            bus.close();
            return null;
        });
        gate.awaitArrival();
        get(start(() -> bus.close(Duration.ofMillis(5))));
        assertThat(closedAgain).isCompleted();
    }

    @Test
    void concurrentClosesWaitForTheFirstAndAgree() throws Exception {
        Bus bus = open();
        bus.subscribe(FIRST, (number, context) -> gate.pass());
        for (int i = 0; i < 4; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        var closing = new ArrayList<Future<CloseReport>>();
        for (int i = 0; i < 4; i++) {
            closing.add(start(() -> bus.close(PATIENCE)));
        }
        await("it is closing", () -> bus.tryPublish(PROBE, 0) == PublishOutcome.CLOSED);
        assertThat(closing).noneMatch(Future::isDone);
        gate.open();
        for (Future<CloseReport> one : closing) {
            assertThat(get(one).delivered()).isEqualTo(4);
            assertThat(get(one)).isEqualTo(get(closing.get(0)));
        }
    }

    @Test
    void interruptedCloseMakesHasteAndStaysInterrupted() throws Exception {
        Bus bus = open();
        bus.subscribe(FIRST, (number, context) -> gate.pass());
        for (int i = 0; i < 4; i++) {
            bus.publish(FIRST, i);
        }
        gate.awaitArrival();
        var closer = new CompletableFuture<Thread>();
        Future<Boolean> closing = start(() -> {
            closer.complete(Thread.currentThread());
            assertThat(bus.close(PATIENCE.multipliedBy(10))).isEqualTo(new CloseReport(1, 0, 3));
            return Thread.interrupted();
        });
        get(closer).interrupt();
        assertThat(get(closing)).isTrue();
        assertThat(busThreads()).isEmpty();
    }

    @Test
    void busyServiceThatIsBeingClosedDoesNotDelayTheCloseOfTheBus() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(PATIENCE.multipliedBy(10)));
        Service<Integer, Integer> small = TWICE.withCapacity(2);
        Subscription serving = bus.serve(small, (number, context) -> {
            gate.pass();
            return number;
        });
        var replies = List.of(bus.request(small, 1), bus.request(small, 2));
        gate.awaitArrival();
        Future<Void> unserving = start(() -> {
            serving.close();
            return null;
        });
        await(
                "nobody serves",
                () -> RequestTest.failureOf(bus.request(small, 3, Duration.ofSeconds(1)))
                                .failure()
                        == RequestFailure.NO_HANDLER);
        assertThat(get(start(() -> bus.close(Duration.ofMillis(5))))).isEqualTo(new CloseReport(1, 0, 1));
        assertThat(replies)
                .allSatisfy(reply ->
                        assertThat(RequestTest.failureOf(reply).failure()).isEqualTo(RequestFailure.CLOSED));
        get(unserving);
    }

    @ParameterizedTest
    @EnumSource(Callers.class)
    void handlersMayPublishAndAskWhileTheBusDrainsAndNotAfter(Callers callers) throws Exception {
        Bus bus = open();
        var outcomes = new CopyOnWriteArrayList<Object>();
        bus.subscribe(SECOND, (number, context) -> {});
        bus.serve(TWICE, (number, context) -> 2 * number);
        bus.subscription(FIRST).on(execution(callers)).handle((number, context) -> {
            gate.passDespiteInterrupts();
            outcomes.add(bus.tryPublish(SECOND, number));
            outcomes.add(bus.tryPublish(THIRD, number));
            CompletableFuture<Integer> reply = bus.request(TWICE, number);
            await("the request ends", reply::isDone);
            outcomes.add(
                    reply.isCompletedExceptionally()
                            ? RequestTest.failureOf(reply).failure()
                            : reply.join());
        });
        bus.publish(FIRST, 1);
        gate.awaitArrival();
        Future<CloseReport> closing = start(() -> bus.close(PATIENCE));
        await("it is closing", () -> bus.tryPublish(PROBE, 0) == PublishOutcome.CLOSED);
        gate.open();
        get(closing);
        assertThat(outcomes).containsExactly(PublishOutcome.PUBLISHED, PublishOutcome.NO_SUBSCRIPTION, 2);
    }

    @Test
    void handlerThatWasLeftBehindFindsEverythingClosed() throws Exception {
        Bus bus = open();
        var outcomes = new CopyOnWriteArrayList<Object>();
        bus.subscribe(SECOND, (number, context) -> {});
        bus.serve(TWICE, (number, context) -> 2 * number);
        bus.subscribe(FIRST, (number, context) -> {
            gate.passDespiteInterrupts();
            outcomes.add(bus.tryPublish(SECOND, number));
            outcomes.add(RequestTest.failureOf(bus.request(TWICE, number)).failure());
            try {
                bus.publish(SECOND, number);
            } catch (BusClosedException closed) {
                outcomes.add("refused");
            }
        });
        bus.publish(FIRST, 1);
        gate.awaitArrival();
        bus.close(Duration.ofMillis(5));
        gate.open();
        await("the handler ends", () -> outcomes.size() == 3);
        assertThat(outcomes).containsExactly(PublishOutcome.CLOSED, RequestFailure.CLOSED, "refused");
    }

    @Test
    void threadsCarryTheNamesOfWhatTheyDo() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withName("main"));
        bus.subscribe(FIRST, "audit", (number, context) -> {});
        bus.subscribe(FIRST, (number, context) -> {});
        bus.serve(TWICE, (number, context) -> number);
        bus.request(TWICE, 1).join();
        assertThat(busThreads())
                .containsExactlyInAnyOrder(
                        "tokenring-first-audit",
                        "tokenring-first-subscription-1",
                        "tokenring-twice-service",
                        "tokenring-main-timer");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("tokenring-"))
                .allMatch(Thread::isDaemon);
    }

    @Test
    void busThatDidNothingClosesWithNothing() {
        Bus bus = open();
        assertThat(bus.close(PATIENCE)).isEqualTo(new CloseReport(0, 0, 0));
        bus.close();
    }
}
