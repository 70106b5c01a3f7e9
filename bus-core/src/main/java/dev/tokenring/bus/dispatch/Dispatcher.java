package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.Handler;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import dev.tokenring.bus.ring.Slot;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Carries the messages of a ring to one handler, on a thread of its own, from its start until it is stopped or the ring
 * ends. Any thread may start it, stop it and ask how far it is; the rest is for its own thread.
 */
public final class Dispatcher<T> implements Runnable, MessageContext {
    private final String topic;
    private final String subscription;
    private final Ring<T> ring;
    private final RingReader<T> reader;
    private final Handler<? super T> handler;
    private final Consumer<? super T> abandoned;
    private final Guard guard;
    private final BusThread thread;

    private Headers headers = Headers.NONE;
    private long sequence;
    private boolean batchEnd;
    private volatile long failures;
    private volatile boolean detached;
    private Runnable ended = () -> {};

    /**
     * Joins the ring: from now on, what is published is for this handler too.
     *
     * @param maxBatchSize after how many messages at most publishers may have the slots back
     * @param abandoned gets what the handler was not done with when it was stopped
     */
    public Dispatcher(
            Object bus,
            String topic,
            String subscription,
            Ring<T> ring,
            int maxBatchSize,
            Handler<? super T> handler,
            Consumer<? super T> abandoned,
            Guard guard) {
        this.topic = topic;
        this.subscription = subscription;
        this.ring = ring;
        this.handler = handler;
        this.abandoned = abandoned;
        this.guard = guard;
        this.reader = ring.join(maxBatchSize);
        this.thread = new BusThread(bus, "tokenring-" + topic + "-" + subscription, this);
    }

    /**
     * Begins to hand out messages.
     *
     * @param whenEnded what to do on the handler's thread when it is called no more
     */
    public void start(Runnable whenEnded) {
        ended = whenEnded;
        try {
            thread.start();
        } catch (Throwable noThread) {
            detach();
            ended.run();
            throw noThread;
        }
    }

    /** Ends after the message that is being handled now; what is left in the ring stays there, to be counted. */
    public void stop() {
        reader.stop();
    }

    /** Ends after the message that is being handled now; holds back no publisher and counts nothing as unread any more. */
    public void detach() {
        detached = true;
        reader.stop();
        ring.leave(reader);
    }

    /** Whether {@link #detach} was called. */
    public boolean isDetached() {
        return detached;
    }

    /** Interrupts the handler. */
    public void interrupt() {
        thread.interrupt();
    }

    /**
     * Waits until the handler is called no more.
     *
     * @param deadlineNs the {@link System#nanoTime()} until which to wait
     * @return whether the end was reached
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean awaitEnd(long deadlineNs) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadlineNs - System.nanoTime()));
        return !thread.isAlive();
    }

    @Override
    public void run() {
        reader.readOnThisThread();
        long last;
        while ((last = reader.await()) != RingReader.STOPPED && handleUpTo(last)) {
            reader.batchDone();
        }
        ended.run();
    }

    private boolean handleUpTo(long last) {
        for (long next = reader.sequence() + 1; next <= last; next++) {
            Slot<T> slot = reader.slot(next);
            T message = slot.message();
            headers = slot.headers();
            if (reader.isStoppedAfterReading() || message == null) {
                return false;
            }
            sequence = next;
            batchEnd = next == last;
            handle(message);
            reader.passed(next);
        }
        return true;
    }

    // Written by this one thread only.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void handle(T message) {
        try {
            handler.handle(message, this);
        } catch (Throwable cause) {
            failures++;
            guard.caught(topic, subscription, sequence, headers, cause);
        }
        // An interrupt was meant for the message that is done now, or, at the end, was heard already.
        Thread.interrupted();
    }

    /** How many times the handler has thrown. */
    public long failures() {
        return failures;
    }

    /** How many messages the handler has taken, those it failed on included. */
    public long delivered() {
        return reader.passedCount();
    }

    /** How many messages wait for the handler, the one it is busy with included. */
    public long lag() {
        return detached ? 0 : reader.lag();
    }

    /** Gives up the messages that the handler is not done with, once the ring has ended and the dispatcher was stopped. */
    public void abandonUnread() {
        if (!detached) {
            ring.sweep(reader, abandoned);
        }
    }

    /** What became of the messages of one subscription; each that was published is in exactly one of the numbers. */
    public record Count(long delivered, long unread) {}

    /** Counts, and lets the ring's slots go, after the end. */
    public Count leave() {
        long unread = lag();
        // Not what has passed by now: a handler that is late with a message must not move it from one number to the
        // other.
        long delivered = detached ? reader.passedCount() : reader.publishedCount() - unread;
        ring.leave(reader);
        return new Count(delivered, unread);
    }

    /** Whether the handler may still be called. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Whether the calling thread is the one that calls the handler. */
    public boolean isOnOwnThread() {
        return Thread.currentThread() == thread;
    }

    /** The name of the thread that calls the handler. */
    public String threadName() {
        return thread.getName();
    }

    /** The name of the subscription. */
    public String subscription() {
        return subscription;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public boolean batchEnd() {
        return batchEnd;
    }

    @Override
    public String topic() {
        return topic;
    }
}
