package dev.tokenring.llm.engine;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was generated to its readers, so that neither the making of text nor the readers' code holds up a step. One
 * thread does it as long as it keeps up; when an errand has waited for {@value #PATIENCE_MS} ms, because a reader keeps
 * the threads busy, another one helps, up to {@value #MOST}. Threads that find nothing to do for a second end.
 *
 * <p>Safe for use by any thread.
 */
final class Couriers {
    private static final int PATIENCE_MS = 5;
    private static final int MOST = 64;
    private static final long IDLE_MS = 1000;
    private static final long CLOSE_MS = 1000;

    private final String name;
    private final BlockingQueue<Runnable> errands = new LinkedBlockingQueue<>();
    private volatile long takenNs = System.nanoTime();
    /** Guarded by this, as is what follows. */
    private int workers;

    private int busy;
    private boolean closed;

    Couriers(String name) {
        this.name = name;
    }

    /** Has an errand run soon, on some thread; it must not throw. */
    void send(Runnable errand) {
        errands.add(errand);
        relieve();
    }

    /** Whether something waits that no thread has taken yet; then {@link #relieve} is to be called again. */
    boolean isBehind() {
        return !errands.isEmpty();
    }

    /** Adds a thread if there is none, or if those that there are don't keep up. */
    void relieve() {
        synchronized (this) {
            boolean late = System.nanoTime() - takenNs > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
            if (workers == 0 || (late && busy == workers && workers < MOST && !errands.isEmpty())) {
                workers++;
                takenNs = System.nanoTime();
                new Courier().start();
            }
        }
    }

    private void work() {
        for (Runnable errand = next(); errand != null; errand = next()) {
            try {
                errand.run();
            } finally {
                synchronized (this) {
                    busy--;
                    notifyAll();
                }
            }
        }
    }

    /** Waits for an errand; null if this thread is to end. */
    private @Nullable Runnable next() {
        while (true) {
            Runnable errand = poll();
            synchronized (this) {
                if (errand != null) {
                    busy++;
                    takenNs = System.nanoTime();
                    return errand;
                }
                // Whoever has added one since has not got this lock yet, and will find one worker fewer.
                if (errands.isEmpty()) {
                    workers--;
                    notifyAll();
                    return null;
                }
            }
        }
    }

    private @Nullable Runnable poll() {
        try {
            return errands.poll(closed() ? 0 : IDLE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException byTheReadersCode) {
            return null;
        }
    }

    private synchronized boolean closed() {
        return closed;
    }

    /** Waits, a second at most, until all errands have been run; threads end as soon as they have nothing to do. */
    void close() {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
        synchronized (this) {
            closed = true;
            for (int i = 0; i < workers; i++) {
                errands.add(() -> {});
            }
        }
        if (!isCalling()) {
            awaitAll(endNs);
        }
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

    private synchronized void awaitAll(long endNs) {
        boolean interrupted = false;
        for (long leftNs = endNs - System.nanoTime(); workers > 0 && leftNs > 0; leftNs = endNs - System.nanoTime()) {
            try {
                wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNs)));
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
