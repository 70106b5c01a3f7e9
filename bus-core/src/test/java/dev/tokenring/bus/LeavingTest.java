package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is in hand when a subscription, a topic or the bus is closed comes to one end, and is counted once. */
class LeavingTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(8);

    private final Gate gate = new Gate();
    private final List<Integer> handled = new CopyOnWriteArrayList<>();

    private Future<?> close(Subscription subscription) {
        return start(() -> {
            subscription.close();
            return null;
        });
    }

    @Test
    void memberThatLeavesInTheMiddleOfAMessageLeavesItsGroupNoLag() throws Exception {
        Bus bus = open();
        Subscription leaving = bus.subscription(NUMBERS).group("workers").handle((number, context) -> {
            gate.pass();
            handled.add(number);
        });
        bus.publish(NUMBERS, 1);
        gate.awaitArrival();
        Subscription staying =
                bus.subscription(NUMBERS).group("workers").handle((number, context) -> handled.add(number));
        Future<?> closing = close(leaving);
        await("it has begun to close", () -> leaving.lag() == 0);
        bus.publish(NUMBERS, 2);
        await("the other goes on", () -> handled.contains(2));
        gate.open();
        get(closing);
        assertThat(handled).containsExactlyInAnyOrder(1, 2);
        await("the other is done with it too", () -> staying.lag() == 0);
        assertThat(bus.close(PATIENCE).abandoned()).isZero();
    }

    @Test
    void messageThatIsTriedAgainWhileItsSubscriptionClosesIsHandledOrGivenUpNotBoth() throws Exception {
        Bus bus = open();
        Subscription leaving = bus.subscription(NUMBERS)
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofNanos(1), 1, Duration.ofNanos(1)))
                .handle((number, context) -> {
                    if (context.attempt() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                    gate.passDespiteInterrupts();
                    handled.add(number);
                });
        bus.publish(NUMBERS, 1);
        gate.awaitArrival();
        Future<?> closing = close(leaving);
        await("it has begun to close", () -> leaving.lag() == 0);
        gate.open();
        get(closing);
        assertThat(handled).containsExactly(1);
        assertThat(bus.deadLetters(NUMBERS)).isEmpty();
    }

    @Test
    void batchThatFailsWhileItsSubscriptionClosesBecomesDeadLetters() throws Exception {
        Bus bus = open();
        Topic<Integer> topic = NUMBERS.withCapacity(32);
        var began = new CopyOnWriteArrayList<Integer>();
        Subscription leaving = bus.subscription(topic).handleBatches((numbers, last) -> {
            began.addAll(numbers);
            gate.passDespiteInterrupts();
            throw new IllegalStateException("bad batch");
        });
        bus.subscribe(topic, (number, context) -> handled.add(number));
        bus.publisher(topic).publishAll(List.of(1, 2, 3, 4), Headers.NONE);
        gate.awaitArrival();
        Future<?> closing = close(leaving);
        await("it has begun to close", () -> leaving.lag() == 0);
        // Twice round the ring.
        IntStream.range(5, 70).forEach(number -> bus.publish(topic, number));
        gate.open();
        get(closing);
        assertThat(bus.deadLetters(topic).stream().map(DeadLetter::message).toList())
                .isEqualTo(began);
        assertThat(errors).hasSameSizeAs(began);
    }

    @Test
    void subscriptionToAPatternThatWasClosedIsCalledNoMoreThoughTopicsAreAddedMeanwhile() throws Exception {
        Bus bus = open();
        for (int i = 0; i < 500; i++) {
            Topic<Integer> topic = Topic.of("added." + i, Integer.class).withCapacity(2);
            Subscription subscription = bus.subscribe(TopicPattern.of("added.*", Integer.class), (number, context) -> {
                handled.add(number);
            });
            var together = new CyclicBarrier(2);
            Future<Publisher<Integer>> adding = start(() -> {
                together.await();
                return bus.publisher(topic);
            });
            together.await();
            subscription.close();
            assertThat(get(adding).tryPublish(i)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
            bus.remove(topic);
        }
        assertThat(handled).isEmpty();
    }

    @Test
    void whatAStreamDidNotAskForIsCountedAsAbandoned() {
        Bus bus = open();
        var reader = new Reader<Integer>(1);
        bus.subscription(NUMBERS).toFlow().subscribe(reader);
        IntStream.range(0, 4).forEach(number -> bus.publish(NUMBERS, number));
        await("the first arrives", () -> reader.signals.contains(0));
        assertThat(bus.close(Duration.ofMillis(5)).abandoned()).isEqualTo(3);
    }

    @Test
    void whatARemovedTopicRefusedIsNotCountedAsRefusedByTheClosing() {
        Bus bus = open();
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        bus.remove(NUMBERS);
        assertThat(publisher.tryPublish(1)).isEqualTo(PublishOutcome.CLOSED);
        assertThatThrownBy(() -> publisher.publish(2)).isInstanceOf(BusClosedException.class);
        assertThat(bus.close(PATIENCE).refused()).isZero();
    }
}
