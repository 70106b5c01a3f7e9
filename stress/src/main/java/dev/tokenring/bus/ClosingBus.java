package dev.tokenring.bus;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bus that is about to be closed while a message is published to its one subscription.
 *
 * <p>Each is a whole bus with its threads, so the tests that have one need {@code -strideSize 1 -strideCount 1}.
 */
class ClosingBus {
    private static final Topic<String> TOPIC =
            Topic.of("stressed", String.class).withCapacity(2);

    private final AtomicInteger handled = new AtomicInteger();
    private final Bus bus = Bus.open();
    private final Publisher<String> publisher = bus.publisher(TOPIC);

    ClosingBus() {
        bus.subscribe(TOPIC, (message, context) -> handled.incrementAndGet());
    }

    final PublishOutcome publish() {
        return publisher.tryPublish("message");
    }

    /** Closes the bus; gives the number of abandoned messages. */
    final long close(Duration timeout) {
        return bus.close(timeout).abandoned();
    }

    /** How often the handler got the message. */
    final int handled() {
        return handled.get();
    }
}
