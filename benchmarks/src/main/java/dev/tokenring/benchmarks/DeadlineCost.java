package dev.tokenring.benchmarks;

import dev.tokenring.bus.request.Deadlines;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
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

/** What it costs a request that ends in time to have had a deadline, in three designs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class DeadlineCost {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final Timers timers = new Timers(Clock.SYSTEM);
    private final Deadlines deadlines = new Deadlines(timers);

    /** For JMH, which makes one for each trial. */
    public DeadlineCost() {
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Ends the executor's thread. */
    @TearDown
    public void close() {
        executor.shutdownNow();
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
