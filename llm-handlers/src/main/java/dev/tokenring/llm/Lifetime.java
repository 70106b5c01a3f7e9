package dev.tokenring.llm;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Frees native memory when it is closed, and not while anybody uses it. Uses share a read lock; whoever frees takes the
 * write lock. Who closes within a use of their own can't wait for that use to end, so the end of the use frees.
 *
 * <p>Safe for use by any thread.
 */
final class Lifetime {
    private final String name;
    private final Runnable free;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closed;
    private volatile boolean mayFree;
    private boolean freed; // guarded by the lock

    Lifetime(String name, Runnable free) {
        this.name = name;
        this.free = free;
    }

    /**
     * Does what needs the memory.
     *
     * @throws IllegalStateException if it is closed
     */
    <T> T use(Supplier<T> work) {
        return use(work, () -> closed);
    }

    /**
     * Does the rest of what was begun before it was closed, as long as the memory is there.
     *
     * @throws IllegalStateException if it is freed
     */
    <T> T finish(Supplier<T> work) {
        return use(work, () -> freed);
    }

    private <T> T use(Supplier<T> work, BooleanSupplier refused) {
        // Not lock(): it would queue behind a thread that waits to free, which waits for a use that may wait for this
        // one.
        if (!lock.readLock().tryLock()) {
            throw closedAlready();
        }
        try {
            if (refused.getAsBoolean()) {
                throw closedAlready();
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
            // Whoever holds the lock now looks here too when done, so that the last one frees, and nobody waits for it.
            if (mayFree && lock.writeLock().tryLock()) {
                freeAndUnlock();
            }
        }
    }

    /** Why a request fails whose answer was cancelled, though nobody who asked has done so. */
    static IllegalStateException cutShort() {
        return new IllegalStateException(
                "the model was closed before the answer was whole: ask again, or give it more time to finish");
    }

    /** What to throw at a caller who came too late. */
    IllegalStateException closedAlready() {
        return new IllegalStateException("model " + name + " is closed: load it again");
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether this thread is within a use, whose end it can't wait for. */
    boolean isUsedByThisThread() {
        return lock.getReadHoldCount() > 0;
    }

    /** Refuses new uses. */
    void close() {
        closed = true;
    }

    /** Waits for uses of other threads, and frees; within a use, the end of the last one frees. */
    void free() {
        closed = true;
        mayFree = true;
        if (!isUsedByThisThread()) {
            lock.writeLock().lock();
            freeAndUnlock();
        }
    }

    private void freeAndUnlock() {
        try {
            if (!freed) {
                freed = true;
                free.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
