package dev.tokenring.llm.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The way into an engine: sequences that the thread which computes has not seen yet, and how many are open. Safe for use by
 * any thread.
 */
final class Intake {
    /** Guarded by this object, as all fields are. */
    private final List<Sequence> arrivals = new ArrayList<>();

    private long asked;
    private boolean refusing;
    /** Of those that have been moved on. */
    private int unfinished;
    /** Answers whose end has not been read. */
    private int unread;

    /**
     * Takes a sequence in.
     *
     * @param sequence made of its place in the order of arrival
     * @return whether it was taken in; nothing is after {@link #refuse()}
     */
    synchronized boolean offer(LongFunction<Sequence> sequence) {
        if (refusing) {
            return false;
        }
        arrivals.add(sequence.apply(asked++));
        return true;
    }

    /** Hands over what has arrived. */
    synchronized void moveTo(Scheduler scheduler) {
        arrivals.forEach(scheduler::add);
        arrivals.clear();
        count(scheduler.places().open());
    }

    /** Says how many of those that were handed over are not finished. */
    synchronized void count(int unfinished) {
        if (this.unfinished != unfinished) {
            this.unfinished = unfinished;
            notifyAll();
        }
    }

    /** An answer will be read. */
    synchronized void expectReader() {
        unread++;
    }

    /** An answer has been read to its end. */
    synchronized void endRead() {
        unread--;
        notifyAll();
    }

    /** How many are waiting or being answered, those included whose answer has not been read to its end. */
    synchronized int open() {
        return Math.max(unfinished + arrivals.size(), unread);
    }

    synchronized void refuse() {
        refusing = true;
    }

    synchronized boolean isTaking() {
        return !refusing;
    }

    /**
     * Waits until none is open, but not longer than this, nor after an interrupt, which stays.
     *
     * @return how many are open
     */
    synchronized int awaitNoneOpen(long timeoutNs) {
        long beganNs = System.nanoTime();
        try {
            for (long leftNs = timeoutNs;
                    open() > 0 && leftNs > 0;
                    leftNs = timeoutNs - (System.nanoTime() - beganNs)) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        } catch (InterruptedException whileWaiting) {
            Thread.currentThread().interrupt();
        }
        return open();
    }
}
