package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler that does not come back is named once; then what was chosen is done about it. */
class StuckHandlerTest extends BusTest {
    private static final Duration SOON = Duration.ofMillis(40);
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Service<Integer, Integer> DOUBLE = Service.of("double", Integer.class, Integer.class);

    private final List<Integer> handled = new CopyOnWriteArrayList<>();
    private final Gate gate = new Gate();

    private Bus open(StuckPolicy policy) {
        return open(BusOptions.DEFAULT.withStuckAfter(SOON, policy));
    }

    /** Stuck at zero. */
    private void handle(Integer number, MessageContext context) throws InterruptedException {
        if (number == 0) {
            gate.pass();
        }
        handled.add(number);
    }

    private void publishThree(Bus bus) {
        IntStream.range(0, 3)
                .forEach(number -> bus.publish(NUMBERS, number, Headers.NONE.withMessageId("m-" + number)));
    }

    private List<Object> letters(Bus bus) {
        return bus.deadLetters(NUMBERS).stream()
                .<Object>map(DeadLetter::message)
                .toList();
    }

    @Test
    void stuckHandlerIsNamedOnceAndWaitedFor() throws Exception {
        Bus bus = open(StuckPolicy.WAIT);
        Subscription subscription = bus.subscribe(NUMBERS, "reader", this::handle);
        publishThree(bus);

        await("the report", () -> !errors.isEmpty());
        HandlerError error = errors.get(0);
        assertThat(error.topic()).isEqualTo("numbers");
        assertThat(error.subscription()).isEqualTo("reader");
        assertThat(error.sequence()).isZero();
        assertThat(error.headers().messageId()).isEqualTo("m-0");
        assertThat(error.attempt()).isEqualTo(1);
        assertThat(error.willRetry()).isFalse();
        assertThat(error.cause()).isInstanceOfSatisfying(StuckHandlerException.class, stuck -> {
            assertThat(stuck.topic()).isEqualTo("numbers");
            assertThat(stuck.subscription()).isEqualTo("reader");
            assertThat(stuck.lag()).isEqualTo(3);
            assertThat(stuck.threadName()).isEqualTo("tokenring-numbers-reader");
            assertThat(stuck.since()).isGreaterThanOrEqualTo(SOON);
            assertThat(stuck.getStackTrace())
                    .anySatisfy(frame -> assertThat(frame.getClassName()).isEqualTo(Gate.class.getName()));
        });

        // Another handler is found stuck after this one could have been reported once more.
        var second = new Gate();
        bus.subscribe(NUMBERS, "second", (number, context) -> second.pass());
        bus.publish(NUMBERS, 3);
        await("the second report", () -> errors.size() >= 2);
        assertThat(errors).extracting(HandlerError::subscription).containsExactly("reader", "second");
        second.open();
        gate.open();
        await("all are handled", () -> subscription.delivered() == 4);
        assertThat(handled).containsExactly(0, 1, 2, 3);
        assertThat(letters(bus)).isEmpty();
    }

    @Test
    void divertedMessageBecomesADeadLetterAndTheNextAreHandled() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        Subscription subscription = bus.subscribe(NUMBERS, "reader", this::handle);
        publishThree(bus);

        await("the others are handled", () -> subscription.delivered() == 3);
        assertThat(handled).containsExactly(1, 2);
        assertThat(bus.deadLetters(NUMBERS)).singleElement().satisfies(letter -> {
            assertThat(letter.message()).isZero();
            assertThat(letter.attempts()).isEqualTo(1);
            assertThat(letter.headers().messageId()).isEqualTo("m-0");
            assertThat(letter.lastError()).isInstanceOf(StuckHandlerException.class);
        });
        assertThat(errors).hasSize(1);
        gate.open();
        await("the old thread comes back", () -> handled.contains(0));
        bus.publish(NUMBERS, 7);
        await("the subscription goes on", () -> handled.contains(7));
        await("it is counted", () -> subscription.delivered() == 4);
        assertThat(letters(bus)).containsExactly(0);
        assertThat(errors).hasSize(1);
    }

    @Test
    void whatADivertedHandlerThrowsInTheEndCountsForNothing() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        var over = new CompletableFuture<Thread>();
        Subscription subscription = bus.subscription(NUMBERS)
                .retry(RetryPolicy.of(3))
                .handle((number, context) -> {
                    if (number == 0) {
                        gate.pass();
                        over.complete(Thread.currentThread());
                        throw new IllegalStateException("too late");
                    }
                });
        publishThree(bus);
        await("the others are handled", () -> subscription.delivered() == 3);
        gate.open();
        get(over).join(PATIENCE.toMillis());
        assertThat(errors).extracting(HandlerError::cause).hasOnlyElementsOfType(StuckHandlerException.class);
        assertThat(letters(bus)).containsExactly(0);
        assertThat(subscription.failures()).isEqualTo(1);
    }

    @Test
    void detachedSubscriptionHoldsBackNobodyAndNothingOfItsIsLost() throws Exception {
        Bus bus = open(StuckPolicy.DETACH);
        Topic<Integer> small = NUMBERS.withCapacity(4);
        bus.subscription(small).named("reader").filter(number -> number != 2).handle(this::handle);
        List<Integer> other = new CopyOnWriteArrayList<>();
        bus.subscribe(small, (number, context) -> other.add(number));
        for (int number = 0; number < 100; number++) {
            bus.publish(small, number);
        }
        await("the other gets all", () -> other.size() == 100);
        assertThat(bus.deadLetters(small))
                .extracting(DeadLetter::message)
                .as("what had come when it was noticed, but for what the filter keeps away")
                .startsWith(0, 1, 3)
                .hasSizeLessThan(5);
        assertThat(bus.deadLetters(small))
                .extracting(DeadLetter::attempts)
                .as("how often the handler was called")
                .startsWith(1, 0, 0);
        assertThat(handled).isEmpty();
        assertThat(errors).hasSize(1);
        gate.open();
    }

    @Test
    void oneSubscriptionMayHaveARuleOfItsOwn() throws Exception {
        Bus bus = open();
        Subscription subscription =
                bus.subscription(NUMBERS).stuckAfter(SOON, StuckPolicy.DIVERT).handle(this::handle);
        publishThree(bus);
        await("the others are handled", () -> subscription.delivered() == 3);
        gate.open();
        assertThatThrownBy(() -> bus.subscription(NUMBERS).stuckAfter(Duration.ZERO, StuckPolicy.WAIT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void batchThatAHandlerIsStuckAtIsGivenUpAsAWhole() throws Exception {
        Bus bus = open();
        // Long enough for the three to be published while the one before them is held.
        Duration stuckAfter = Duration.ofMillis(800);
        var first = new Gate();
        Subscription subscription = bus.subscription(NUMBERS)
                .stuckAfter(stuckAfter, StuckPolicy.DIVERT)
                .handleBatches((numbers, context) -> {
                    if (numbers.contains(-1)) {
                        first.pass();
                    } else if (numbers.contains(0)) {
                        gate.pass();
                    } else {
                        handled.addAll(numbers);
                    }
                });
        bus.publish(NUMBERS, -1);
        first.awaitArrival();
        publishThree(bus);
        first.open();
        gate.awaitArrival();
        bus.publish(NUMBERS, 3);
        await("what comes behind is handled", () -> handled.contains(3));
        await("all are counted", () -> subscription.delivered() == 5);
        List<Object> given = letters(bus);
        assertThat(given.stream().filter(number -> !number.equals(-1)).toList()).containsExactly(0, 1, 2);
        assertThat(handled).containsExactly(3);
        gate.open();
    }

    @ParameterizedTest
    @EnumSource(value = StuckPolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "WAIT")
    void stuckMemberOfAGroupHoldsBackNoKeyOfOthers(StuckPolicy policy) throws Exception {
        Bus bus = open(policy);
        for (int member = 0; member < 2; member++) {
            bus.subscription(NUMBERS)
                    .group("workers")
                    .keyedBy(number -> number % 2)
                    .handle(this::handle);
        }
        for (int number = 0; number < 10; number++) {
            bus.publish(NUMBERS, number);
        }
        await("all others are handled", () -> handled.size() == 9);
        assertThat(handled.stream().filter(number -> number % 2 == 0)).containsExactly(2, 4, 6, 8);
        assertThat(letters(bus)).containsExactly(0);
        gate.open();
    }

    @Test
    void lastMemberOfAGroupLeavesNothingBehind() throws Exception {
        Bus bus = open(StuckPolicy.DETACH);
        bus.subscription(NUMBERS).group("workers").keyedBy(number -> number % 2).handle((number, context) -> {
            gate.pass();
        });
        for (int number = 0; number < 10; number++) {
            bus.publish(NUMBERS, number);
        }
        await("all are dead letters", () -> letters(bus).size() == 10);
        assertThat(letters(bus)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        await("it has left", () -> bus.tryPublish(NUMBERS, 10) == PublishOutcome.NO_SUBSCRIPTION);
        Subscription successor = bus.subscription(NUMBERS)
                .group("workers")
                .keyedBy(number -> number % 2)
                .handle((number, context) -> {});
        bus.publish(NUMBERS, 11);
        await("a new member begins anew", () -> successor.delivered() == 1);
        gate.open();
    }

    @Test
    void eachThreadOfAnExecutorIsWatched() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            Subscription subscription = bus.subscription(NUMBERS)
                    .on(Execution.executor(executor, 2))
                    .handle((number, context) -> {
                        if (number < 2) {
                            gate.passDespiteInterrupts();
                        }
                        handled.add(number);
                    });
            publishThree(bus);
            await("both are given up", () -> letters(bus).size() == 2);
            assertThat(errors).hasSize(2);
            assertThat(letters(bus)).containsExactlyInAnyOrder(0, 1);
            gate.open();
            await("the third is handled", () -> handled.contains(2));
            await("all are counted", () -> subscription.delivered() == 3);
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void handlerThatIsStuckOnASharedLoopStopsNoOtherThere() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        Topic<Integer> quiet = Topic.of("quiet", Integer.class);
        bus.subscription(NUMBERS).on(Execution.eventLoop("shared")).handle(this::handle);
        List<Integer> others = new CopyOnWriteArrayList<>();
        bus.subscription(quiet).on(Execution.eventLoop("shared")).handle((number, context) -> others.add(number));
        bus.publish(NUMBERS, 0);
        gate.awaitArrival();
        bus.publish(quiet, 5);
        await("the other goes on", () -> others.contains(5));
        Topic<Integer> later = Topic.of("later", Integer.class);
        bus.subscription(later).on(Execution.eventLoop("shared")).handle((number, context) -> others.add(number));
        bus.publish(later, 6);
        await("one that comes later is served", () -> others.contains(6));
        gate.open();
    }

    @Test
    void stuckSubscriberOfAFlowIsLeftAndItsMessagesAreKept() throws Exception {
        Bus bus = open(StuckPolicy.DETACH);
        bus.subscription(NUMBERS).toFlow().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Integer number) {
                gate.passDespiteInterrupts();
                handled.add(number);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
        publishThree(bus);
        await("the others are kept", () -> letters(bus).size() == 2);
        assertThat(letters(bus)).containsExactly(1, 2);
        await("it has left", () -> bus.tryPublish(NUMBERS, 3) == PublishOutcome.NO_SUBSCRIPTION);
        gate.open();
        await("the one in its hands was handled", () -> handled.equals(List.of(0)));
    }

    @Test
    void messageInPlaceIsWaitedForWhateverWasChosen() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        Topic<int[]> topic =
                Topic.inPlace("cells", int[].class, () -> new int[1]).withCapacity(4);
        Subscription subscription = bus.subscribe(topic, (cell, context) -> {
            if (cell[0] == 0) {
                gate.pass();
            }
            handled.add(cell[0]);
        });
        for (int i = 0; i < 3; i++) {
            int number = i;
            bus.publisher(topic).publishInPlace(cell -> cell[0] = number);
        }
        await("the report", () -> errors.size() == 1);
        assertThat(subscription.delivered()).isZero();
        gate.open();
        await("all are handled", () -> handled.equals(List.of(0, 1, 2)));
    }

    @Test
    void idleAndWaitingSubscriptionsAreNotStuck() throws Exception {
        Bus bus = open(BusOptions.DEFAULT
                .withStuckAfter(Duration.ofMillis(10), StuckPolicy.DIVERT)
                .withCloseTimeout(Duration.ofMillis(200)));
        // One that waits for its retry, with no room for another: messages wait, and no handler is called.
        Topic<Integer> tiny = NUMBERS.withCapacity(2);
        bus.subscription(tiny)
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofHours(1), 1, Duration.ofHours(1)))
                .handle((n, context) -> {
                    throw new IllegalStateException("always");
                });
        for (int number = 0; number < 4; number++) {
            bus.publish(tiny, number);
        }
        await("two fail", () -> errors.size() == 2);
        Subscription alarmed = bus.subscribe(Topic.of("alarm", Integer.class), (number, context) -> gate.pass());
        bus.publish(Topic.of("alarm", Integer.class), 1);
        await("somebody else is found stuck meanwhile", () -> alarmed.failures() == 1);
        assertThat(errors.stream().filter(error -> error.cause() instanceof StuckHandlerException))
                .extracting(HandlerError::topic)
                .containsExactly("alarm");
        gate.open();
    }

    @Test
    void requestThatAHandlerIsStuckAtFailsAndTheNextIsAnswered() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        bus.serve(DOUBLE, (number, context) -> {
            if (number == 0) {
                gate.passDespiteInterrupts();
            }
            return 2 * number;
        });
        CompletableFuture<Integer> stuck = bus.request(DOUBLE, 0);
        CompletableFuture<Integer> next = bus.request(DOUBLE, 4);
        assertThat(get(next)).isEqualTo(8);
        assertThat(failureOf(stuck)).isEqualTo(RequestFailure.HANDLER_FAILED);
        gate.open();
        assertThat(get(bus.request(DOUBLE, 5))).isEqualTo(10);
        assertThat(errors).hasSize(1);
    }

    @Test
    void serviceWhoseHandlerIsDetachedCanBeServedByAnother() throws Exception {
        Bus bus = open(StuckPolicy.DETACH);
        bus.serve(DOUBLE, (number, context) -> {
            gate.passDespiteInterrupts();
            return 2 * number;
        });
        CompletableFuture<Integer> stuck = bus.request(DOUBLE, 0);
        CompletableFuture<Integer> next = bus.request(DOUBLE, 4);
        assertThat(failureOf(stuck)).isEqualTo(RequestFailure.HANDLER_FAILED);
        assertThat(failureOf(next)).isEqualTo(RequestFailure.NO_HANDLER);
        bus.serve(DOUBLE, (number, context) -> 2 * number);
        assertThat(get(bus.request(DOUBLE, 5))).isEqualTo(10);
        gate.open();
    }

    @Test
    void serviceWaitsForAStuckHandlerIfThatWasChosen() throws Exception {
        Bus bus = open(StuckPolicy.WAIT);
        bus.serve(DOUBLE, (number, context) -> {
            gate.pass();
            return 2 * number;
        });
        CompletableFuture<Integer> slow = bus.request(DOUBLE, 3);
        await("the report", () -> errors.size() == 1);
        assertThat(errors.get(0).topic()).isEqualTo("double");
        gate.open();
        assertThat(get(slow)).isEqualTo(6);
    }

    private static RequestFailure failureOf(CompletableFuture<?> future) {
        await("the request ends", future::isDone);
        return future.handle((reply, failed) -> ((RequestException) failed).failure())
                .join();
    }

    @Test
    void givenUpHandlerIsInterruptedWhenTheBusCloses() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        var interrupted = new LinkedBlockingQueue<Thread>();
        Subscription subscription = bus.subscribe(NUMBERS, (number, context) -> {
            if (number == 0) {
                try {
                    gate.pass();
                } catch (InterruptedException atClose) {
                    interrupted.add(Thread.currentThread());
                    throw atClose;
                }
            }
        });
        publishThree(bus);
        await("the others are handled", () -> subscription.delivered() == 3);
        bus.close();
        assertThat(interrupted).hasSize(1);
        assertThat(busThreads()).isEmpty();
    }

    @Test
    void ofSeveralStuckHandlersOfOneSubscriptionEachIsNamed() {
        Bus bus = open(StuckPolicy.WAIT);
        bus.subscription(NUMBERS).on(Execution.virtualThreads(3)).handle((number, context) -> gate.pass());
        publishThree(bus);
        await("all are named", () -> errors.size() == 3);
        assertThat(errors).extracting(HandlerError::sequence).containsExactlyInAnyOrder(0L, 1L, 2L);
        assertThat(errors).allSatisfy(error -> assertThat(error.cause()).isInstanceOf(StuckHandlerException.class));
        gate.open();
    }

    /** In which a thread of the bus waits for one who adds a topic, and he must not wait for that thread. */
    @Test
    void handlerIsDivertedWhileATopicIsAddedThatItsThreadIsToReadToo() throws Exception {
        Bus bus = open(StuckPolicy.DIVERT);
        Topic<Integer> first = Topic.of("plant.numbers", Integer.class);
        bus.subscribe(TopicPattern.of("plant.>", Object.class), (message, context) -> {
            if (message.equals(0)) {
                gate.pass();
            }
            handled.add(1);
        });
        Topic<StringBuilder> second = Topic.inPlace("plant.pages", StringBuilder.class, () -> {
                    if (errors.isEmpty()) {
                        await("the stuck handler is named", () -> !errors.isEmpty());
                        await("its dead letter needs a topic", StuckHandlerTest::isSomeThreadOfABusBlocked);
                    }
                    return new StringBuilder();
                })
                .withCapacity(2);
        bus.publish(first, 0);
        gate.awaitArrival();
        get(start(() -> bus.publisher(second)));
        bus.publish(first, 1);
        await("another thread goes on", () -> handled.size() == 1);
        assertThat(bus.deadLetters(first)).hasSize(1);
        gate.open();
    }

    private static boolean isSomeThreadOfABusBlocked() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread ->
                        thread.getName().startsWith("tokenring-") && thread.getState() == Thread.State.BLOCKED);
    }
}
