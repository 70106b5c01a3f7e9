package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a publisher is told, and what it waits for. */
class PublishTest extends BusTest {
    static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class).withCapacity(4);

    private final List<Integer> handled = new CopyOnWriteArrayList<>();
    private final Gate gate = new Gate();

    /** Subscribes a handler that is held at the first message, and fills the ring behind it. */
    private Subscription holdAndFill(Bus bus, Topic<Integer> topic) throws InterruptedException {
        Subscription held = bus.subscribe(topic, (number, context) -> {
            gate.pass();
            handled.add(number);
        });
        for (int i = 0; i < topic.capacity(); i++) {
            assertThat(bus.tryPublish(topic, i)).isEqualTo(PublishOutcome.PUBLISHED);
        }
        gate.awaitArrival();
        return held;
    }

    @Test
    void withoutSubscriptionNobodyGetsTheMessageAndThePublisherIsTold() {
        Bus bus = open();
        assertThat(bus.tryPublish(NUMBERS, 1)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        for (int i = 0; i < 10 * NUMBERS.capacity(); i++) {
            bus.publish(NUMBERS, i);
        }
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        assertThat(bus.tryPublish(NUMBERS, 2)).isEqualTo(PublishOutcome.PUBLISHED);
        await("it arrives", () -> handled.equals(List.of(2)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 16, 1024})
    void fullRingHoldsExactlyItsCapacity(int capacity) throws Exception {
        Bus bus = open();
        Topic<Integer> topic = NUMBERS.withCapacity(capacity);
        Subscription held = holdAndFill(bus, topic);
        assertThat(bus.tryPublish(topic, -1)).isEqualTo(PublishOutcome.BACK_PRESSURED);
        assertThat(held.lag()).isEqualTo(capacity);

        gate.open();
        await("room again", () -> bus.tryPublish(topic, -2) == PublishOutcome.PUBLISHED);
        await("all arrive", () -> handled.size() == capacity + 1);
        assertThat(handled).doesNotContain(-1).endsWith(-2);
    }

    @Test
    void afterCloseNothingIsTaken() {
        Bus bus = open();
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        bus.close();

        assertThat(publisher.tryPublish(1)).isEqualTo(PublishOutcome.CLOSED);
        assertThat(bus.tryPublish(NUMBERS, 2)).isEqualTo(PublishOutcome.CLOSED);
        assertThat(bus.tryPublish(Topic.of("new", Integer.class), 3)).isEqualTo(PublishOutcome.CLOSED);
        String refused = "bus bus is closed: refused to publish to numbers; open another bus, or stop using this one";
        assertThatThrownBy(() -> publisher.publish(4))
                .isInstanceOf(BusClosedException.class)
                .hasMessage(refused);
        assertThatThrownBy(() -> bus.publish(NUMBERS, 5))
                .isInstanceOf(BusClosedException.class)
                .hasMessage(refused);
        assertThatThrownBy(() -> bus.subscribe(NUMBERS, (number, context) -> {}))
                .isInstanceOf(BusClosedException.class)
                .hasMessage(refused.replace("publish", "subscribe"));
        assertThat(handled).isEmpty();
    }

    @Test
    void publishWaitsForRoom() throws Exception {
        Bus bus = open();
        holdAndFill(bus, NUMBERS);
        var thread = new CompletableFuture<Thread>();
        Future<String> waiting = start(() -> {
            thread.complete(Thread.currentThread());
            bus.publish(NUMBERS, 4);
            return "published";
        });
        awaitBlocked(get(thread));
        assertThat(waiting).isNotDone();
        gate.open();
        assertThat(get(waiting)).isEqualTo("published");
        await("all arrive", () -> handled.equals(List.of(0, 1, 2, 3, 4)));
    }

    @Test
    void waitingPublisherCanBeInterruptedAndItsMessageIsNotPublished() throws Exception {
        Bus bus = open();
        holdAndFill(bus, NUMBERS);
        var thread = new CompletableFuture<Thread>();
        Future<Boolean> waiting = start(() -> {
            thread.complete(Thread.currentThread());
            assertThatThrownBy(() -> bus.publish(NUMBERS, 4))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("interrupted while waiting for room in topic numbers: the message was not published");
            return Thread.interrupted();
        });
        awaitBlocked(get(thread));
        get(thread).interrupt();
        assertThat(get(waiting)).as("interrupted flag").isTrue();

        gate.open();
        bus.publish(NUMBERS, 5);
        await("all arrive", () -> handled.equals(List.of(0, 1, 2, 3, 5)));
    }

    @Test
    void interruptedThreadPublishesWhereThereIsRoom() {
        Bus bus = open();
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Thread.currentThread().interrupt();
        bus.publish(NUMBERS, 1);
        assertThat(Thread.interrupted()).isTrue();
        await("it arrives", () -> handled.equals(List.of(1)));
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void closeReleasesWaitingPublishers(WaitStrategy strategy) throws Exception {
        Bus bus = open();
        Topic<Integer> topic = NUMBERS.withWaitStrategy(strategy);
        Gate forever = new Gate();
        bus.subscribe(topic, (number, context) -> forever.pass());
        for (int i = 0; i < topic.capacity(); i++) {
            bus.publish(topic, i);
        }
        var thread = new CompletableFuture<Thread>();
        Future<Boolean> waiting = start(() -> {
            thread.complete(Thread.currentThread());
            assertThatThrownBy(() -> bus.publish(topic, 4)).isInstanceOf(BusClosedException.class);
            return true;
        });
        awaitBlocked(get(thread));
        CloseReport report = bus.close(Duration.ofMillis(20));
        get(waiting);
        assertThat(report.delivered() + report.abandoned()).isEqualTo(4);
        assertThat(report.refused()).isLessThanOrEqualTo(1);
    }

    @Test
    void lastSubscriptionThatLeavesReleasesWaitingPublishersEvenIfItsHandlerIsStuck() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(10)));
        Subscription held = holdAndFill(bus, NUMBERS);
        var thread = new CompletableFuture<Thread>();
        Future<String> waiting = start(() -> {
            thread.complete(Thread.currentThread());
            bus.publish(NUMBERS, 4);
            return "published";
        });
        awaitBlocked(get(thread));
        held.close();
        assertThat(get(waiting)).isEqualTo("published");
        assertThat(bus.tryPublish(NUMBERS, 5)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        gate.open();
        await("the handler ends", () -> busThreads().stream().noneMatch(name -> name.contains("numbers")));
        assertThat(handled).containsExactly(0);
    }

    @Test
    void stuckSubscriptionThatIsClosedHoldsBackNobodyAndOthersMissNothing() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(10)));
        var all = new CopyOnWriteArrayList<Integer>();
        bus.subscribe(NUMBERS, (number, context) -> all.add(number));
        Subscription held = holdAndFill(bus, NUMBERS);
        held.close();
        for (int i = 4; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all arrive", () -> all.size() == 100);
        assertThat(all).isSorted();
        gate.open();
        await("the handler ends", () -> busThreads().stream().noneMatch(name -> name.contains("subscription-2")));
        assertThat(handled).containsExactly(0);
    }

    @ParameterizedTest
    @EnumSource(Callers.class)
    void publishingIntoOnesOwnFullRingIsRefusedAndDoesNotDeadlock(Callers callers) {
        Bus bus = open();
        var refusals = new CopyOnWriteArrayList<Throwable>();
        bus.subscription(NUMBERS).on(oneAtATime(callers)).handle((number, context) -> {
            if (number == 0) {
                try {
                    for (int i = 1; i < 100; i++) {
                        bus.publish(NUMBERS, i);
                    }
                } catch (IllegalStateException full) {
                    refusals.add(full);
                }
            }
            handled.add(number);
        });
        bus.publish(NUMBERS, 0);
        // Other threads take a message out of its slot before they handle it.
        List<Integer> expected = execution(callers).isConcurrent() ? List.of(0, 1, 2, 3, 4) : List.of(0, 1, 2, 3);
        await("all arrive", () -> handled.equals(expected));
        assertThat(refusals)
                .singleElement()
                .extracting(Throwable::getMessage)
                .isEqualTo(
                        "topic numbers is full (4 messages), and the thread that waits for room is the one that should"
                                + " make it: use tryPublish, a larger capacity, or another topic");
    }

    private Execution oneAtATime(Callers callers) {
        Execution several = execution(callers);
        Executor executor = several.executor();
        return several.isVirtual()
                ? Execution.virtualThreads(1)
                : executor == null ? several : Execution.executor(executor, 1);
    }

    @Test
    void publishingIntoAFullRingThatOnesOwnThreadReadsForAnotherHandlerIsRefused() {
        Bus bus = open();
        Topic<Integer> requests = Topic.of("requests", Integer.class);
        bus.subscription(requests).on(Execution.eventLoop("both")).handle((number, context) -> publishTen(bus));
        bus.subscription(NUMBERS).on(Execution.eventLoop("both")).handle((number, context) -> handled.add(number));
        bus.publish(requests, 0);
        await("it is refused", () -> errors.size() == 1 && handled.size() == 4);
        assertThat(errors.get(0).cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("topic numbers is full");
    }

    @Test
    void publishingIntoAFullRingOfOnesOwnPatternIsRefused() {
        Bus bus = open();
        Topic<Integer> requests = Topic.of("requests", Integer.class);
        bus.subscribe(TopicPattern.of(">", Integer.class), (number, context) -> {
            if (context.topic().equals("requests")) {
                publishTen(bus);
            } else {
                handled.add(number);
            }
        });
        bus.publish(requests, 0);
        await("it is refused", () -> errors.size() == 1 && handled.size() == 4);
        assertThat(errors.get(0).cause()).hasMessageStartingWith("topic numbers is full");
    }

    private static void publishTen(Bus bus) {
        for (int i = 0; i < 10; i++) {
            bus.publish(NUMBERS, i);
        }
    }

    @Test
    void nullsAreRefusedByName() {
        Bus bus = open();
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        assertThatThrownBy(() -> publisher.publish(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("message");
        assertThatThrownBy(() -> publisher.tryPublish(1, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("headers");
        assertThatThrownBy(() -> bus.subscribe(NUMBERS, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("handler");
    }
}
