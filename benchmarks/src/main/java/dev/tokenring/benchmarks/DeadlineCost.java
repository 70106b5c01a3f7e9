package dev.tokenring.benchmarks;

import dev.tokenring.bus.request.Deadlines;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs a request that ends in time to have had a deadline, in three designs.
 *
 * <pre>
 *   +---------+   arm    +-------------------+
 *   |         |---------&gt;|    a timer of     |
 *   | request |          | the JDK's, or one |
 *   |         |---------&gt;|    of our own     |
 *   +---------+  cancel  +-------------------+
 *
 *   +---------+  earlier than that?  +---------------+   then   +-------------------+
 *   | request |---------------------&gt;| the next look |---------&gt;| all open requests |
 *   +---------+                      +---------------+          +-------------------+
 * </pre>
 *
 * <p>When a trial is over its time passes, by a clock that is set on: then there must be one look, whatever was asked for, and
 * no timer that was cancelled may be left.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class DeadlineCost {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final SetOn clock = new SetOn();
    private final Timers timers = new Timers(clock);
    private final Deadlines deadlines = new Deadlines(timers);
    private int looks;

    /** The machine's clock, until it is set on. */
    private static final class SetOn implements Clock {
        private long byNs;

        @Override
        public long nanoTime() {
            return SYSTEM.nanoTime() + byNs;
        }

        @Override
        public Instant instant() {
            return SYSTEM.instant().plusNanos(byNs);
        }
    }

    /** For JMH, which makes one for each trial. */
    public DeadlineCost() {
        executor.setRemoveOnCancelPolicy(true);
        deadlines.add(visitor -> looks++);
    }

    /** Ends the executor's thread, and checks that nothing is left but a look at the deadlines. */
    @TearDown
    public void close() {
        int left = executor.shutdownNow().size();
        looking(); // any later than the first changes nothing
        clock.byNs = 2 * TIMEOUT_NS;
        int due = timers.runDue();
        if (left != 0 || due != 1 || looks != 1) {
            throw new IllegalStateException(left + " timers of the executor are left instead of 0; " + due
                    + " of our own instead of 1, with " + looks + " looks instead of 1");
        }
    }

    /** A timer of the JDK's executor, armed and cancelled. */
    @Benchmark
    public void executorTimer() {
        executor.schedule(() -> {}, TIMEOUT_NS, TimeUnit.NANOSECONDS).cancel(false);
    }

    /** A timer of the bus's own, armed and cancelled. */
    @Benchmark
    public void ownTimer() {
        timers.at(System.nanoTime() + TIMEOUT_NS, () -> {}).cancel();
    }

    /** No timer: whoever looks for deadlines next looks early enough. */
    @Benchmark
    public void looking() {
        deadlines.lookBy(System.nanoTime() + TIMEOUT_NS);
    }
}
