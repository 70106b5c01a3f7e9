package dev.tokenring.benchmarks.peer;

import java.util.concurrent.LinkedTransferQueue;

/**
 * The JDK's lock-free queue, without bounds: publishing never waits, and what is in flight is bounded by the length of a
 * benchmark's round. The handler's thread yields until there is a message: a sleeping one has to be woken for nearly
 * every message, and is many times slower; a spinning one is no faster. It polls for one message at a time: without a
 * lock to be taken once for many, {@code drainTo} is but a loop of such polls.
 *
 * <p>See <a
 * href="https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/concurrent/LinkedTransferQueue.html">its
 * documentation</a>.
 */
final class LinkedTransferQueueLane implements Lane {
    private final LinkedTransferQueue<Message> queue = new LinkedTransferQueue<>();
    private final HandlerThread handler;

    LinkedTransferQueueLane(Receiver receiver) {
        handler = new HandlerThread(() -> {
            Message message = queue.poll();
            if (message != null) {
                receiver.receive(message);
            } else {
                Thread.yield();
            }
        });
    }

    @Override
    public void publish(Message message) {
        queue.put(message);
    }

    @Override
    public void close() {
        handler.close();
    }
}
