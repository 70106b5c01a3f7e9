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
 * <p>What comes before the latencies count, such as what the compiler does while a JVM warms up, does not count here either;
 * by how little a sleeper is late is learned from it all the same.
 *
 * <p>It takes some ten microseconds of a core for each millisecond. While more threads spin than there are cores, it waits
 * for a core as they do, and shows that.
 */
final class Hiccups implements AutoCloseable {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_NS = TimeUnit.MINUTES.toNanos(10);

    private final Histogram late = new Histogram(MAX_NS, 3);
    private final Thread thread = new Thread(this::record, "hiccups");
    private final long fromNs;
    private long leastNs = Long.MAX_VALUE;
    private volatile boolean closed;

    /**
     * Prepares to record.
     *
     * @param fromNs the time by {@link System#nanoTime} before which nothing counts
     */
    Hiccups(long fromNs) {
        this.fromNs = fromNs;
        thread.setDaemon(true);
    }

    /** Begins to sleep again and again, until it is stopped or closed. */
    static Hiccups startToCountFrom(long fromNs) {
        var hiccups = new Hiccups(fromNs);
        hiccups.thread.start();
        return hiccups;
    }

    private void record() {
        while (!closed) {
            long beforeNs = System.nanoTime();
            LockSupport.parkNanos(PERIOD_NS);
            slept(beforeNs, System.nanoTime());
        }
    }

    /** Takes note of one sleep; that which was going on when counting began counts, for its stall reaches into what counts. */
    void slept(long beforeNs, long afterNs) {
        long tookNs = afterNs - beforeNs;
        leastNs = Math.min(leastNs, tookNs);
        if (afterNs - fromNs > 0) {
            late.recordValueWithExpectedInterval(tookNs - leastNs, PERIOD_NS);
        }
    }

    /** What counted up to now; for the thread that records, or when it has ended. */
    Percentiles seen() {
        return Percentiles.of(late);
    }

    /** Stops; then tells what was seen. */
    Percentiles stop() throws InterruptedException {
        close();
        thread.join();
        return seen();
    }

    @Override
    public void close() {
        closed = true;
    }
}
