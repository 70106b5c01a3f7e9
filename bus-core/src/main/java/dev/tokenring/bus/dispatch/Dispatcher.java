package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.Wakeable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Carries the messages of a ring to one handler, whenever its loop has it do so, until it is stopped or the ring ends. Any
 * thread may stop it and ask how far it is; {@link #poll} is for its loop.
 */
public abstract sealed class Dispatcher<T>
        permits InOrderDispatcher, TakingDispatcher, FlowDispatcher, PullDispatcher, StageDispatcher {
    /** What {@link #poll} returns when there is nothing more to do, ever. */
    static final int ENDED = -1;

    /** What {@link #handling} returns when no handler is being called. */
    public static final long NOTHING = -1;

    private final String topic;
    private final String subscription;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Runnable whenEnded = () -> {};
    private volatile @Nullable Loop loop;
    private volatile boolean detached;

    Dispatcher(String topic, String subscription) {
        this.topic = topic;
        this.subscription = subscription;
    }

    /**
     * Handles what is there, without waiting.
     *
     * @param polling the loop that calls
     * @param max how many messages at most
     * @return how many, or {@link #ENDED}
     */
    abstract int poll(Loop polling, int max);

    /** Whether {@link #poll} would find something to do. */
    abstract boolean isReady();

    /** How many messages a poll may handle before others have their turn. */
    abstract int maxBatchSize();

    /** Gives back slots that are held only for the sake of speed. */
    abstract void releaseSlots();

    abstract Ring<T> ring();

    /** Ends after the message that is being handled now; what is left in the ring stays there, to be counted. */
    public abstract void stop();

    /** Leaves the ring, once stopped. */
    abstract void leaveRing();

    /** Gives up the messages that the handler is not done with, once the ring has ended and the dispatcher was stopped. */
    public abstract void abandonUnread();

    /** How many messages the handler has taken, those it failed on included. */
    public abstract long delivered();

    /** How many messages wait for the handler, the one it is busy with included. */
    public abstract long lag();

    /** How many messages publishers overwrote before they were taken. */
    public long missed() {
        return 0;
    }

    /** Counts, and lets the ring's slots go, after the end. */
    public abstract Count leave();

    /** How the handler fared, if it can fail. */
    public abstract @Nullable Retries<T> retries();

    /**
     * A number that names the message being handled, or {@link #NOTHING}. A guess if the loop is {@linkplain
     * Loop#isPolling busy with somebody else}, or if {@link #isHandling} finds it elsewhere.
     */
    public abstract long handling();

    /** Whether a thread with this stack is really busy with a message, where {@link #handling} can only guess. */
    public boolean isHandling(StackTraceElement[] stack) {
        return true;
    }

    /** The same of all messages that are being handled by threads that are known, where there may be several. */
    public LongStream allHandling() {
        long handling = handling();
        return handling == NOTHING || handlingThread(handling) == null ? LongStream.empty() : LongStream.of(handling);
    }

    /** What a handler may know about the message of this number; of some other message, if it is not being handled. */
    public abstract MessageContext inHand(long handling);

    /** Told what should not have been thrown: user code that the dispatcher calls is guarded where it is called. */
    void broke(Throwable defect) {
        Thread own = Thread.currentThread();
        own.getUncaughtExceptionHandler().uncaughtException(own, defect);
    }

    /**
     * Gives up the message that the handler is stuck with, and has another thread go on with the next one.
     *
     * @return false if the handler is not stuck with it any more
     */
    public abstract boolean divert(long handling, Throwable cause);

    /**
     * Gives up the message that the handler is stuck with, and all that wait for it, and leaves the ring.
     *
     * @return false if the handler is not stuck with it any more
     */
    public abstract boolean leaveStuck(long handling, Throwable cause);

    /** What became of the messages of one subscription; each that was published is in exactly one of the numbers. */
    public record Count(long delivered, long unread) {}

    /**
     * Has a loop poll this dispatcher from now on, until it ends.
     *
     * @param ended what to do then, on the loop's thread
     */
    public final void start(Loop by, Runnable ended) {
        whenEnded = ended;
        by.add(this);
    }

    /** Changes loops; called by the new one. */
    final void belongTo(Loop by) {
        Loop before = loop;
        loop = by;
        if (before == by) {
            return;
        }
        Wakeable sleeper = by.sleeper();
        if (sleeper != null) {
            ring().wakeOnPublish(sleeper);
        }
    }

    /** Tells the loop that there is something to do. */
    final void wake() {
        Loop present = loop;
        if (present != null) {
            present.wake();
        }
    }

    final @Nullable Loop loop() {
        return loop;
    }

    /** Called by the loop after {@link #poll} returned {@link #ENDED}. */
    final void ended() {
        Loop last = loop;
        if (last != null) {
            ring().wakeNoMore(last);
        }
        whenEnded.run();
        end.countDown();
    }

    /** To be called if the loop could not get a thread. */
    public final void neverStarted() {
        ended();
    }

    /** Ends after the message that is being handled now; holds back no publisher and counts nothing as unread any more. */
    public void detach() {
        detached = true;
        stop();
        leaveRing();
    }

    /** Whether {@link #detach} was called. */
    public final boolean isDetached() {
        return detached;
    }

    /** Interrupts the handler. */
    public void interrupt() {
        Loop present = loop;
        Thread thread = present == null ? null : present.thread();
        if (present != null && thread != null && thread != Thread.currentThread() && present.isPolling(this)) {
            thread.interrupt();
        }
    }

    /**
     * Waits until the handler is called no more.
     *
     * @param deadlineNs the {@link System#nanoTime()} until which to wait
     * @return whether the end was reached
     * @throws InterruptedException if interrupted while waiting
     */
    public final boolean awaitEnd(long deadlineNs) throws InterruptedException {
        Loop last = loop;
        return end.await(Math.max(1, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS)
                && (last == null || last.awaitOwnEnd(deadlineNs));
    }

    /** Whether the handler may still be called. */
    public final boolean isAlive() {
        return end.getCount() > 0;
    }

    /** Whether the calling thread is one that calls the handler. */
    public boolean isOnOwnThread() {
        Loop present = loop;
        return present != null && present.isOnCurrentThread();
    }

    /** The name of the thread that calls the handler. */
    public String threadName() {
        Loop present = loop;
        return present == null ? "" : present.name();
    }

    /** The thread that calls the handler with this message, if it is known. */
    public @Nullable Thread handlingThread(long handling) {
        Loop present = loop;
        return present != null && present.isPolling(this) ? present.thread() : null;
    }

    /** The topic's name. */
    public final String topic() {
        return topic;
    }

    /** The subscription's name. */
    public final String subscription() {
        return subscription;
    }
}
