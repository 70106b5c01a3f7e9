package dev.tokenring.bus;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bus that is about to be closed while its handler fails on a message, which then is to become a dead letter that
 * somebody reads.
 */
final class DyingBus {
    private static final Topic<String> TOPIC =
            Topic.of("stressed", String.class).withCapacity(2);

    private final AtomicInteger read = new AtomicInteger();
    private final Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(error -> {}));
    private final Publisher<String> publisher = bus.publisher(TOPIC);

    DyingBus() {
        bus.subscribe(TOPIC, (message, context) -> {
            throw new IllegalStateException("stressed");
        });
        bus.subscribe(DeadLetter.topicOf(TOPIC), (letter, context) -> read.incrementAndGet());
    }

    PublishOutcome publish() {
        return publisher.tryPublish("message");
    }

    /** Closes the bus; gives the number of abandoned messages. */
    long close(Duration timeout) {
        return bus.close(timeout).abandoned();
    }

    /** How many dead letters were kept, and how many were read by whoever subscribed to them. */
    String letters() {
        return bus.deadLetters(TOPIC).size() + " kept, " + read.get() + " read";
    }
}
