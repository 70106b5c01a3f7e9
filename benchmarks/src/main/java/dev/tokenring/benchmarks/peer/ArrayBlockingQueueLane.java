package dev.tokenring.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The JDK's bounded queue. Its lock is what costs, so the handler's thread empties the queue in one go ({@code drainTo})
 * and sleeps in {@code take} only when there is nothing.
 *
 * <p>See <a
 * href="https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/concurrent/BlockingQueue.html">its
 * documentation</a>, which says of {@code drainTo} that it may be more efficient than polling.
 */
final class ArrayBlockingQueueLane implements Lane {
    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final List<Message> batch = new ArrayList<>(CAPACITY);
    private final HandlerThread handler;

    ArrayBlockingQueueLane(Receiver receiver) {
        handler = new HandlerThread(() -> {
            if (queue.drainTo(batch) == 0) {
                batch.add(queue.take());
            }
            batch.forEach(receiver::receive);
            batch.clear();
        });
    }

    @Override
    public void publish(Message message) {
        try {
            queue.put(message);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the queue is full", e);
        }
    }

    @Override
    public void close() {
        handler.close();
    }
}
