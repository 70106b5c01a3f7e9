package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.PullDispatcher;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a topic for callers who own their loop: nothing is pushed, {@link #poll()} takes the next message. It
 * holds back publishers as any subscription does, so poll, or close it; a bus that is closed waits for what a poller has not
 * taken yet, up to its timeout.
 *
 * <p>For one thread at a time; {@link #close()} for any.
 *
 * @param <T> the type of the messages
 */
public final class Poller<T> implements AutoCloseable {
    private final PullDispatcher<T> dispatcher;
    private final Runnable closer;

    Poller(PullDispatcher<T> dispatcher, Runnable closer) {
        this.dispatcher = dispatcher;
        this.closer = closer;
    }

    /**
     * Takes the next message, if there is one.
     *
     * @return the message, or null if none is waiting; see {@link #isEnded()}
     */
    public @Nullable T poll() {
        return dispatcher.next();
    }

    /**
     * Takes the next message; waits for it if need be, within microseconds of its publishing at first, within a tenth of
     * a millisecond later.
     *
     * @param timeout how long to wait; more than zero
     * @return the message, or null if none came in time, or none will ever come
     * @throws InterruptedException if interrupted while waiting
     * @throws IllegalArgumentException if the timeout is not more than zero
     */
    public @Nullable T poll(Duration timeout) throws InterruptedException {
        return dispatcher.next(Service.positive(timeout).toNanos());
    }

    /**
     * What is known about the message that was taken last.
     *
     * @return its context, valid until the next one is taken
     */
    public MessageContext context() {
        return dispatcher.context();
    }

    /**
     * How many messages wait to be taken.
     *
     * @return the number of messages by which the poller is behind
     */
    public long lag() {
        return dispatcher.lag();
    }

    /**
     * Whether no message will come any more, because the poller, the topic or the bus was closed and all was taken.
     *
     * @return true once polling is in vain
     */
    public boolean isEnded() {
        return dispatcher.isAtEnd();
    }

    /** Ends the reading. What was not taken is dropped. Closing twice does no harm. */
    @Override
    public void close() {
        closer.run();
    }

    @Override
    public String toString() {
        return "Poller[" + dispatcher.topic() + ", " + dispatcher.subscription() + ", delivered="
                + dispatcher.delivered() + ", lag=" + lag() + "]";
    }
}
