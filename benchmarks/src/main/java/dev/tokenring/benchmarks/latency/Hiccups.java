package dev.tokenring.benchmarks.latency;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * What the machine itself does to whoever runs on it: a thread sleeps for a millisecond, again and again, and records by how
 * much it is late, less by how little it was ever late. Where a stall swallows several turns, those that did not take place
 * are counted too. The method is that of <a href="https://github.com/giltene/jHiccup">jHiccup</a>. A latency that is no
 * longer than a hiccup of the same percentile may be the machine's doing; one that is longer is not.
 *
 * <p>It takes some ten microseconds of a core for each millisecond. While more threads spin than there are cores, it waits
 * for a core as they do, and shows that.
 */
final class Hiccups implements AutoCloseable {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_NS = TimeUnit.MINUTES.toNanos(10);

    private final Histogram late = new Histogram(MAX_NS, 3);
    private final Thread thread = new Thread(this::record, "hiccups");
    private volatile boolean closed;

    Hiccups() {
        thread.setDaemon(true);
        thread.start();
    }

    private void record() {
        long leastNs = Long.MAX_VALUE;
        while (!closed) {
            long beforeNs = System.nanoTime();
            LockSupport.parkNanos(PERIOD_NS);
            long tookNs = System.nanoTime() - beforeNs;
            leastNs = Math.min(leastNs, tookNs);
            late.recordValueWithExpectedInterval(tookNs - leastNs, PERIOD_NS);
        }
    }

    /** Stops; then tells what was seen. */
    Percentiles stop() throws InterruptedException {
        close();
        thread.join();
        return Percentiles.of(late);
    }

    @Override
    public void close() {
        closed = true;
    }
}
