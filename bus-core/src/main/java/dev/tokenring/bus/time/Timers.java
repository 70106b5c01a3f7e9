package dev.tokenring.bus.time;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Actions that are to happen at their time: retries, watches, the look for expired requests. Few at any moment, since
 * requests do not arm a timer each; so a heap under a lock will do.
 *
 * <p>Somebody has to run them: a thread that calls {@link #runUntilClosed}, or, with a clock that is set by hand, whoever
 * sets it and calls {@link #runDue}. Safe for use by any thread.
 */
public final class Timers {
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Timer> waiting = new PriorityQueue<>(Timer::compareTo);
    private volatile Consumer<Throwable> whenThrown = thrown -> {
        Thread own = Thread.currentThread();
        own.getUncaughtExceptionHandler().uncaughtException(own, thrown);
    };
    private long created;
    private boolean closed;

    /** An action that waits for its time. */
    public final class Timer {
        private final long dueNs;
        private final long number;
        private final Runnable action;

        private Timer(long dueNs, long number, Runnable action) {
            this.dueNs = dueNs;
            this.number = number;
            this.action = action;
        }

        /** By time; of two that are due together, the one that was set first. */
        private int compareTo(Timer other) {
            int byTime = Long.signum(dueNs - other.dueNs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }

        /** Has the action not happen; if it has begun to, it goes on. */
        public void cancel() {
            lock.lock();
            try {
                waiting.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    public Timers(Clock clock) {
        this.clock = clock;
    }

    /** Says who is told what an action throws that should not. */
    public void whenThrown(Consumer<Throwable> told) {
        whenThrown = told;
    }

    /** The clock that these timers go by. */
    public Clock clock() {
        return clock;
    }

    /**
     * Has an action happen at a time, or never, if the timers are closed before.
     *
     * @param dueNs the {@link Clock#nanoTime()} of it
     * @param action must be short, and must not throw
     */
    public Timer at(long dueNs, Runnable action) {
        lock.lock();
        try {
            var timer = new Timer(dueNs, created++, action);
            if (!closed) {
                waiting.add(timer);
                if (waiting.peek() == timer) {
                    changed.signalAll();
                }
            }
            return timer;
        } finally {
            lock.unlock();
        }
    }

    /** Runs what is due, on the calling thread; gives the number of actions run. */
    public int runDue() {
        int count = 0;
        for (Timer due = pollDue(); due != null; due = pollDue()) {
            try {
                due.action.run();
            } catch (Throwable defect) {
                // All that is to happen later depends on this thread: it must go on whatever happens.
                whenThrown.accept(defect);
            }
            count++;
        }
        return count;
    }

    private @Nullable Timer pollDue() {
        lock.lock();
        try {
            Timer next = waiting.peek();
            return next != null && next.dueNs - clock.nanoTime() <= 0 ? waiting.poll() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Runs each action when its time has come, until {@link #close} is called. */
    public void runUntilClosed() {
        while (awaitDue()) {
            runDue();
        }
    }

    private boolean awaitDue() {
        lock.lock();
        try {
            while (!closed) {
                // No variable here may keep an action, and what it holds, alive through the wait.
                long waitNs = untilNextNs();
                if (waitNs <= 0) {
                    return true;
                }
                try {
                    changed.awaitNanos(waitNs);
                } catch (InterruptedException stray) {
                    // Only close() ends this thread.
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** How long until the next action is due: zero if one is overdue, and as good as forever if there is none. */
    public long untilNextNs() {
        lock.lock();
        try {
            Timer next = waiting.peek();
            return next == null ? TimeUnit.DAYS.toNanos(36_500) : Math.max(0, next.dueNs - clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all actions and takes no more. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
