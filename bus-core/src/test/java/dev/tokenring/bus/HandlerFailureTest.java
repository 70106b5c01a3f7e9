package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler can't break the bus. */
class HandlerFailureTest extends BusTest {
    static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class).withCapacity(8);

    static Stream<Throwable> everythingThatCanBeThrown() {
        return Stream.of(
                new IllegalStateException("unchecked"),
                new IOException("checked"),
                new InterruptedException("interrupted"),
                new AssertionError("error"),
                new StackOverflowError(),
                new OutOfMemoryError("not really"));
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanBeThrown")
    void whateverAHandlerThrowsIsReportedAndTheSubscriptionGoesOn(Throwable thrown) {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        Subscription subscription = bus.subscribe(NUMBERS, "shaky", (number, context) -> {
            handled.add(number);
            if (number == 1) {
                HandlerFailureTest.<Exception>sneak(thrown);
            }
        });
        Headers headers = Headers.NONE.withMessageId("m-1");
        bus.publish(NUMBERS, 0);
        bus.publish(NUMBERS, 1, headers);
        bus.publish(NUMBERS, 2);

        await("all arrive", () -> subscription.delivered() == 3);
        assertThat(handled).containsExactly(0, 1, 2);
        assertThat(subscription.failures()).isEqualTo(1);
        assertThat(errors).containsExactly(new HandlerError("numbers", "shaky", 1, headers, 1, false, thrown));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void sinkThatThrowsChangesNothing() {
        try (Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(error -> {
            throw new AssertionError("the sink is broken too");
        }))) {
            Subscription subscription = bus.subscribe(NUMBERS, (number, context) -> {
                throw new IllegalStateException("always");
            });
            for (int i = 0; i < 100; i++) {
                bus.publish(NUMBERS, i);
            }
            await("all arrive", () -> subscription.delivered() == 100);
            assertThat(subscription.failures()).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void interruptThatAHandlerLeavesBehindDoesNotReachTheNextMessage(WaitStrategy strategy) {
        Bus bus = open();
        Topic<Integer> topic = NUMBERS.withWaitStrategy(strategy);
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        bus.subscribe(topic, (number, context) -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        });
        for (int i = 0; i < 20; i++) {
            bus.publish(topic, i);
        }
        await("all arrive", () -> interrupted.size() == 20);
        assertThat(interrupted).containsOnly(false);
    }

    @Test
    void failingHandlerDelaysNoOtherSubscription() {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        bus.subscribe(NUMBERS, (number, context) -> {
            throw new IllegalStateException("always");
        });
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        for (int i = 0; i < 1_000; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all arrive", () -> handled.size() == 1_000);
        assertThat(handled).isSorted();
    }
}
