package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.ring.Ring;
import java.util.concurrent.CancellationException;

/**
 * Publishes to one topic of one bus. Spares the bus its look-up of the topic on every message, so this is the way for
 * whoever publishes often.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> the type of the messages
 */
public final class Publisher<T> {
    private final Lifecycle lifecycle;
    private final Topic<T> topic;
    private final Ring<T> ring;

    Publisher(Lifecycle lifecycle, Topic<T> topic, Ring<T> ring) {
        this.lifecycle = lifecycle;
        this.topic = topic;
        this.ring = ring;
    }

    /**
     * The topic that this publisher publishes to.
     *
     * @return the topic
     */
    public Topic<T> topic() {
        return topic;
    }

    Ring<T> ring() {
        return ring;
    }

    /**
     * Publishes a message without headers; the same as {@link #publish(Object, Headers)} with {@link Headers#NONE}.
     *
     * @param message the message
     */
    public void publish(T message) {
        publish(message, Headers.NONE);
    }

    /**
     * Publishes a message; waits while the ring is full. A message to a topic without subscriptions goes to nobody.
     *
     * @param message the message
     * @param headers what travels beside it
     * @throws BusClosedException if the bus is closing or closed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message was
     *     not published
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it
     */
    public void publish(T message, Headers headers) {
        requireNonNull(message, "message");
        requireNonNull(headers, "headers");
        if (!lifecycle.accepts()) {
            throw lifecycle.refused("publish to " + topic.name());
        }
        try {
            if (ring.publish(message, headers) == PublishOutcome.CLOSED) {
                throw lifecycle.refused("publish to " + topic.name());
            }
        } catch (InterruptedException whileWaiting) {
            Thread.currentThread().interrupt();
            throw new CancellationException(
                    "interrupted while waiting for room in topic " + topic.name() + ": the message was not published");
        }
    }

    /**
     * Publishes a message without headers, or says at once why not; the same as {@link #tryPublish(Object, Headers)} with
     * {@link Headers#NONE}.
     *
     * @param message the message
     * @return what became of it
     */
    public PublishOutcome tryPublish(T message) {
        return tryPublish(message, Headers.NONE);
    }

    /**
     * Publishes a message, or says at once why not.
     *
     * @param message the message
     * @param headers what travels beside it
     * @return what became of it
     */
    public PublishOutcome tryPublish(T message, Headers headers) {
        requireNonNull(message, "message");
        requireNonNull(headers, "headers");
        PublishOutcome outcome = lifecycle.accepts() ? ring.offer(message, headers) : PublishOutcome.CLOSED;
        if (outcome == PublishOutcome.CLOSED) {
            lifecycle.countRefusal();
        }
        return outcome;
    }
}
