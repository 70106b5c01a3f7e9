package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.ring.RingReader;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands out what is most urgent first: the highest priority in the headers, and of equal priority what came first. To do
 * so it takes everything out of the ring that is there, up to the ring's capacity. So that nothing waits for ever, one
 * message in {@value #OLDEST_EVERY} is the one that has waited longest.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // counted under the lock, read without it
final class UrgentFirstIntake<T> extends Intake<T> {
    static final int OLDEST_EVERY = 16;

    private final int maxWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiting<T>> byUrgency = new PriorityQueue<>(
            Comparator.<Waiting<T>>comparingInt(one -> -one.priority).thenComparingLong(one -> one.sequence));
    private final Queue<Waiting<T>> byAge = new ArrayDeque<>();
    private volatile int waiting;
    private int handedOut;

    private static final class Waiting<T> {
        final int priority;
        final long sequence;
        /** Null once it is gone: its turn by age may come much later. */
        private @Nullable Delivery<T> delivery;

        Waiting(Delivery<T> delivery) {
            this.delivery = delivery;
            // Integer.MIN_VALUE has no opposite.
            this.priority = Math.max(-Integer.MAX_VALUE, delivery.headers().priority());
            this.sequence = delivery.sequence();
        }

        boolean isGone() {
            return delivery == null;
        }

        @Nullable Delivery<T> take() {
            Delivery<T> taken = delivery;
            delivery = null;
            return taken;
        }
    }

    UrgentFirstIntake(RingReader<T> reader, Retries<T> retries, int maxWaiting) {
        super(reader, retries);
        this.maxWaiting = maxWaiting;
    }

    @Override
    @Nullable Delivery<T> takeNew(Spares<T> spares) {
        lock.lock();
        try {
            for (var taken = takeOne(spares); taken != null; taken = takeOne(spares)) {
                var one = new Waiting<>(taken);
                byUrgency.add(one);
                byAge.add(one);
                waiting++;
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Delivery<T> takeOne(Spares<T> spares) {
        return waiting < maxWaiting ? takeFromRing(spares) : null;
    }

    private @Nullable Delivery<T> next() {
        if (waiting == 0) {
            byAge.clear();
            return null;
        }
        Waiting<T> one;
        if (++handedOut % OLDEST_EVERY == 0) {
            one = byAge.remove();
            byUrgency.remove(one);
        } else {
            one = byUrgency.remove();
        }
        waiting--;
        Delivery<T> taken = one.take();
        while (!byAge.isEmpty() && byAge.element().isGone()) {
            byAge.remove();
        }
        return taken;
    }

    @Override
    boolean isNewReady() {
        return waiting > 0 || reader.isReady();
    }

    @Override
    void abandonWaiting(Consumer<Delivery<T>> abandoned) {
        lock.lock();
        try {
            for (Waiting<T> one : byAge) {
                Delivery<T> untaken = one.take();
                if (untaken != null) {
                    abandoned.accept(untaken);
                }
            }
            byAge.clear();
            byUrgency.clear();
            waiting = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    boolean isExhausted() {
        return super.isExhausted() && waiting == 0;
    }
}
