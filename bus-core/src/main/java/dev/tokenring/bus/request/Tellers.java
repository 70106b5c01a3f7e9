package dev.tokenring.bus.request;

import dev.tokenring.bus.thread.BusThread;
import dev.tokenring.bus.thread.Scope;
import dev.tokenring.bus.time.Timers;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tell callers how their requests have ended, where it is the timers' thread that has found it out. What a caller does
 * then may take its time, and may even wait for another request; but everything on a bus waits for the timers.
 *
 * <p>One thread tells, begun when it is needed. If it is at one caller for longer than {@value #RELIEF_MS} ms while others
 * wait, another thread goes on beside it. So nobody is kept waiting by what others do, nor waits in vain for a request
 * whose end would be told next.
 *
 * <p>Safe for use by any thread.
 */
public final class Tellers {
    private static final long RELIEF_MS = 5;
    private static final long IDLE_MS = 1_000;

    private final Object bus;
    private final String threadName;
    private final Timers timers;
    private final @Nullable Thread timerThread;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final Set<Thread> threads = new HashSet<>();
    private int idle;
    private long taken;
    private boolean reliefPlanned;
    private boolean closed;

    /**
     * Makes it for one bus.
     *
     * @param threadName what its threads are called
     * @param timerThread the thread that runs the timers; null if there is none whose time is precious
     */
    public Tellers(Object bus, String threadName, Timers timers, @Nullable Thread timerThread) {
        this.bus = bus;
        this.threadName = threadName;
        this.timers = timers;
        this.timerThread = timerThread;
    }

    /** Tells now, or soon and elsewhere if this is the timers' thread; as part of nothing that is being handled here. */
    public void tell(Runnable news) {
        if (Thread.currentThread() != timerThread || !handOver(news)) {
            Scope.outside(news);
        }
    }

    private synchronized boolean handOver(Runnable news) {
        if (closed) {
            return false; // nothing waits for the timers any more
        }
        waiting.add(news);
        if (idle > 0) {
            notifyAll();
        } else if (threads.isEmpty()) {
            begin();
        }
        planRelief();
        return true;
    }

    private void begin() {
        var teller = new BusThread(bus, threadName, this::tellAll);
        threads.add(teller);
        try {
            teller.start();
        } catch (Throwable noThread) {
            threads.remove(teller); // until the next relief
        }
    }

    private void planRelief() {
        if (!reliefPlanned) {
            reliefPlanned = true;
            long takenSoFar = taken;
            timers.at(timers.clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(RELIEF_MS), () -> relieve(takenSoFar));
        }
    }

    private synchronized void relieve(long takenBefore) {
        reliefPlanned = false;
        if (waiting.isEmpty()) {
            return;
        }
        if (taken == takenBefore) {
            begin();
        }
        planRelief();
    }

    private void tellAll() {
        for (Runnable next = next(); next != null; next = next()) {
            try {
                Scope.outside(next);
            } catch (Throwable defect) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, defect);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Thread.interrupted(); // it was meant for what is told now
        awaitNews();
        Runnable next = waiting.poll();
        if (next == null) {
            threads.remove(Thread.currentThread());
        } else {
            taken++;
        }
        return next;
    }

    private synchronized void awaitNews() {
        long untilMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + IDLE_MS;
        idle++;
        try {
            long leftMs = IDLE_MS;
            while (waiting.isEmpty() && !closed && leftMs > 0) {
                wait(leftMs);
                leftMs = untilMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            }
        } catch (InterruptedException stray) {
            // Then this thread ends early; there will be another.
        } finally {
            idle--;
        }
    }

    /** Whether there is nobody who has to be told, or is being told. */
    public synchronized boolean isQuiet() {
        return waiting.isEmpty() && idle == threads.size();
    }

    /** Tells what there is to tell, and takes nothing more. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /**
     * Waits until all have been told, once closed.
     *
     * @param deadlineNs the {@link System#nanoTime()} until which to wait
     * @throws InterruptedException if interrupted while waiting
     */
    public void awaitEnd(long deadlineNs) throws InterruptedException {
        Set<Thread> present;
        synchronized (this) {
            present = Set.copyOf(threads);
        }
        for (Thread teller : present) {
            if (teller != Thread.currentThread()) {
                TimeUnit.NANOSECONDS.timedJoin(teller, Math.max(1, deadlineNs - System.nanoTime()));
            }
        }
    }
}
