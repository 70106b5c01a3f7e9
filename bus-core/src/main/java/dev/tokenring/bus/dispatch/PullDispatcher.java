package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Hands out messages to a caller who asks for them; has no loop, for the caller is the loop. */
public final class PullDispatcher<T> extends Dispatcher<T> {
    private final RingReader<T> reader;
    private final @Nullable Predicate<? super T> filter;
    private final Delivery<T> current;
    private long lastTaken;
    private long missed;
    private volatile @Nullable Thread poller;
    private volatile long delivered;

    public PullDispatcher(
            String topic, String subscription, RingReader<T> reader, @Nullable Predicate<? super T> filter) {
        super(topic, subscription);
        this.reader = reader;
        this.filter = filter;
        this.current = new Delivery<>(topic);
        this.lastTaken = reader.start();
        reader.readBy(() -> poller == Thread.currentThread());
        ended();
    }

    /** Takes the next message, or null if there is none. */
    // One thread at a time polls.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public @Nullable T next() {
        if (poller != Thread.currentThread()) {
            poller = Thread.currentThread();
        }
        while (reader.take(current)) {
            // What the filter keeps back takes the count of those before it along to the next that it lets through.
            missed += current.sequence() - lastTaken - 1;
            lastTaken = current.sequence();
            if (!current.isVoid()) {
                T message = current.kept();
                current.forget();
                if (filter == null || filter.test(message)) {
                    current.missed(missed);
                    missed = 0;
                    delivered++;
                    return message;
                }
            }
        }
        return null;
    }

    /** Takes the next message, waiting for it; null if none came in time. */
    public @Nullable T next(long timeoutNs) throws InterruptedException {
        long startNs = System.nanoTime();
        T message = next();
        for (int attempt = 0; message == null && !isAtEnd() && System.nanoTime() - startNs < timeoutNs; attempt++) {
            Ring.pause(attempt);
            message = next();
        }
        return message;
    }

    public MessageContext context() {
        return current;
    }

    public boolean isAtEnd() {
        return reader.isAtEnd();
    }

    @Override
    int poll(Loop polling, int max) {
        throw new AssertionError("nobody polls but the caller");
    }

    @Override
    boolean isReady() {
        return reader.isReady();
    }

    @Override
    int maxBatchSize() {
        return 1;
    }

    @Override
    void releaseSlots() {
        // Taking releases.
    }

    @Override
    Ring<T> ring() {
        return reader.ring();
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    void leaveRing() {
        reader.leave();
    }

    @Override
    public void abandonUnread() {
        // They are counted, and there is nobody to tell.
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public long lag() {
        return isDetached() ? 0 : reader.lag();
    }

    @Override
    public long missed() {
        return reader.missed();
    }

    @Override
    public Count leave() {
        long unread = lag();
        reader.stop();
        reader.leave();
        return new Count(delivered, unread);
    }

    @Override
    public @Nullable Retries<T> retries() {
        return null;
    }

    @Override
    public long handling() {
        return NOTHING;
    }

    @Override
    public MessageContext inHand(long handling) {
        return current;
    }

    @Override
    public boolean divert(long handling, Throwable cause) {
        return false;
    }

    @Override
    public boolean leaveStuck(long handling, Throwable cause) {
        return false;
    }
}
