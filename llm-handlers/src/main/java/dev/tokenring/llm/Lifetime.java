package dev.tokenring.llm;

import java.util.concurrent.locks.ReentrantReadWriteLock;
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
    private boolean freed;

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
        // Not lock(): it would queue behind a thread that waits to free, which waits for a use that may wait for this
        // one.
        if (!lock.readLock().tryLock()) {
            throw closedAlready();
        }
        try {
            if (closed) {
                throw closedAlready();
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
            // Whoever holds the lock now looks here too when done, so that the last one frees, and nobody waits for it.
            if (closed && lock.writeLock().tryLock()) {
                freeAndUnlock();
            }
        }
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("model " + name + " is closed: load it again");
    }

    boolean isClosed() {
        return closed;
    }

    /** Refuses new uses, waits for those of other threads, and frees. */
    void close() {
        closed = true;
        if (lock.getReadHoldCount() == 0) {
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
