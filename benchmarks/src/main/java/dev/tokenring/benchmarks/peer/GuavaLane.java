package dev.tokenring.benchmarks.peer;

import com.google.common.eventbus.AllowConcurrentEvents;
import com.google.common.eventbus.AsyncEventBus;
import com.google.common.eventbus.Subscribe;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Guava's asynchronous event bus, with one thread as its executor, so that order is kept. That makes the lock around the
 * subscriber pointless, and {@code AllowConcurrentEvents} leaves it out. The executor's queue is bounded; the publisher
 * waits for room in it. The queue is an {@code ArrayBlockingQueue}: a pool's thread sleeps at its queue, so a blocking one
 * it has to be, and of the JDK's two with bounds this is the one that allocates no node for a message. Without bounds the
 * publisher would run away from the handler.
 *
 * <p>See <a
 * href="https://guava.dev/releases/33.3.1-jre/api/docs/com/google/common/eventbus/AllowConcurrentEvents.html">the
 * documentation of that annotation</a>.
 */
final class GuavaLane implements Lane {
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY), GuavaLane::daemon, GuavaLane::waitForRoom);
    private final AsyncEventBus bus = new AsyncEventBus(executor);

    /** Guava calls the method that has the annotation. */
    private record Subscriber(Receiver receiver) {
        @Subscribe
        @AllowConcurrentEvents
        void handle(Message message) {
            receiver.receive(message);
        }
    }

    GuavaLane(Receiver receiver) {
        bus.register(new Subscriber(receiver));
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "handler");
        thread.setDaemon(true);
        return thread;
    }

    private static void waitForRoom(Runnable task, ThreadPoolExecutor executor) {
        try {
            executor.getQueue().put(task);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the executor's queue is full", e);
        }
    }

    @Override
    public void publish(Message message) {
        bus.post(message);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
