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
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("model " + name + " is closed: load it again");
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
            if (closed) {
                freeUnlessUsedHere();
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Refuses new uses, waits for those of other threads, and frees. */
    void close() {
        closed = true;
        freeUnlessUsedHere();
    }

    private void freeUnlessUsedHere() {
        if (lock.getReadHoldCount() > 0) {
            return;
        }
        lock.writeLock().lock();
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
