package dev.tokenring.llm.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was generated to its readers, so that neither the making of text nor the readers' code holds up a step. One
 * thread does it as long as it keeps up, for each that wakes takes a processor from the computing; when an errand has waited
 * for {@value #PATIENCE_MS} ms, because a reader keeps the threads busy, another one helps, up to {@value #MOST}. Threads
 * that find nothing to do for a second end.
 *
 * <p>Safe for use by any thread.
 */
final class Couriers {
    private static final int PATIENCE_MS = 5;
    private static final int MOST = 64;
    private static final long IDLE_MS = 1000;
    private static final long CLOSE_MS = 1000;
    private static final long QUICK_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int QUICK_TO_TRUST = 100;

    private final String name;
    private final Consumer<Thread> starter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sent = lock.newCondition();
    private final Condition ended = lock.newCondition();
    /** Guarded by the lock, as is what follows. */
    private final Queue<Runnable> errands = new ArrayDeque<>();

    /** Since when the first of the errands has been the first. */
    private long sinceNs;

    /** Those that were started, but for some that have ended. */
    private final List<Thread> threads = new ArrayList<>();

    private int workers;
    /** How many of them have no errand at hand; those that have only been started are among them. */
    private int idle;
    /** How many quick errands are to come before one thread is trusted with all of them again. */
    private int slow;

    /** Nobody will relieve them any more. */
    private boolean alone;

    private boolean closed;

    Couriers(String name) {
        this(name, Thread::start);
    }

    Couriers(String name, Consumer<Thread> starter) {
        this.name = name;
        this.starter = starter;
    }

    /** Has errands run soon, begun in this order, on one thread or several. They should not throw. */
    void send(List<Runnable> more) {
        lock.lock();
        try {
            if (errands.isEmpty()) {
                sinceNs = System.nanoTime();
            }
            errands.addAll(more);
            sent.signal();
            relieveLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Whether something waits that no thread has taken yet; then {@link #relieve} is to be called again. */
    boolean isBehind() {
        lock.lock();
        try {
            return !errands.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Has another thread help if there is none, or if those that there are don't keep up. */
    void relieve() {
        lock.lock();
        try {
            relieveLocked();
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on they see for themselves that no errand waits behind one that takes long: whoever takes one has another
     * come for the next.
     */
    void relieveThemselves() {
        lock.lock();
        try {
            alone = true;
            relieveLocked();
        } finally {
            lock.unlock();
        }
    }

    private void relieveLocked() {
        if (errands.isEmpty()) {
            return;
        }
        long nowNs = System.nanoTime();
        boolean late = alone || nowNs - sinceNs > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        if (late && idle > 0) {
            sent.signal();
        } else if (workers == 0 || (late && workers < MOST)) {
            sinceNs = nowNs;
            startOne();
        }
    }

    /** Where the system gives no thread, those that live go on, and {@link #relieve} tries again. */
    private void startOne() {
        workers++;
        idle++;
        boolean started = false;
        try {
            var courier = new Courier();
            starter.accept(courier);
            started = true;
            threads.removeIf(one -> !one.isAlive());
            threads.add(courier);
        } catch (OutOfMemoryError noThread) {
            // What waits is still there, and none of it is lost.
        } finally {
            if (!started) {
                workers--;
                idle--;
            }
        }
    }

    private void work() {
        for (Runnable errand = next(); errand != null; errand = next()) {
            long beganNs = System.nanoTime();
            boolean thrown = true;
            try {
                errand.run();
                thrown = false;
            } finally {
                // A reader's code may leave an interrupt behind, which is none of the next one's business.
                Thread.interrupted();
                done(System.nanoTime() - beganNs, thrown);
            }
        }
    }

    private void done(long tookNs, boolean dying) {
        lock.lock();
        try {
            if (dying) {
                workers--;
                ended.signalAll();
                relieveLocked();
            } else {
                idle++;
            }
            slow = tookNs > QUICK_NS ? QUICK_TO_TRUST : Math.max(0, slow - 1);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an errand; null if this thread is to end. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            awaitErrand();
            idle--;
            if (errands.isEmpty()) {
                workers--;
                ended.signalAll();
                return null;
            }
            sinceNs = System.nanoTime();
            Runnable errand = errands.remove();
            if (alone) {
                relieveLocked();
            } else if (slow > 0 && !errands.isEmpty()) {
                sent.signal();
            }
            return errand;
        } finally {
            lock.unlock();
        }
    }

    private void awaitErrand() {
        try {
            long leftNs = TimeUnit.MILLISECONDS.toNanos(IDLE_MS);
            while (errands.isEmpty() && !closed && leftNs > 0) {
                leftNs = sent.awaitNanos(leftNs);
            }
        } catch (InterruptedException bySomebody) {
            // This thread ends, unless there is something to do.
        }
    }

    /**
     * Waits, a second at most, until all errands have been run and no thread is left: each ends when it has nothing to do. A
     * courier, who can't wait for itself, does not wait.
     */
    void close() {
        boolean interrupted = false;
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
        List<Thread> last;
        lock.lock();
        try {
            closed = true;
            alone = true;
            sent.signalAll();
            relieveLocked();
            if (isCalling()) {
                return;
            }
            interrupted = awaitAll(deadlineNs);
            last = List.copyOf(threads);
        } finally {
            lock.unlock();
        }
        for (Thread one : last) {
            interrupted |= awaitEnd(one, deadlineNs);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the caller was interrupted while it waited. */
    private boolean awaitAll(long deadlineNs) {
        boolean interrupted = false;
        for (long leftNs = deadlineNs - System.nanoTime();
                (workers > 0 || !errands.isEmpty()) && leftNs > 0;
                leftNs = deadlineNs - System.nanoTime()) {
            try {
                ended.awaitNanos(workers > 0 ? leftNs : Math.min(leftNs, TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS)));
                relieveLocked();
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    /** Whether the caller was interrupted while it waited. */
    private static boolean awaitEnd(Thread thread, long deadlineNs) {
        boolean interrupted = false;
        while (thread.isAlive() && deadlineNs - System.nanoTime() > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, deadlineNs - System.nanoTime());
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    /** Whether the caller is a courier, which can't wait for its own errand. */
    boolean isCalling() {
        return Thread.currentThread() instanceof Courier courier && courier.isOf(this);
    }

    /** Knows whose it is, for two versions of a model may have one name. */
    private final class Courier extends Thread {
        Courier() {
            super(Couriers.this::work, name);
            setDaemon(true);
        }

        boolean isOf(Couriers couriers) {
            return couriers == Couriers.this;
        }
    }
}
