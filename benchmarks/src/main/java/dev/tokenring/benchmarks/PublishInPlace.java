package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.InPlaceLane;
import dev.tokenring.benchmarks.peer.InPlacePeer;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Values written into objects that the slots own, from one thread to one handler, on a ring for a single publisher.
 *
 * <pre>
 *   +-----------+    value     +--------------+      +---------+
 *   | publisher |-------------&gt;| ring of 1024 |-----&gt;| handler |
 *   +-----------+              +--------------+      +---------+
 * </pre>
 *
 * <p>Each invocation publishes {@value #MESSAGES} values, waits until the last of them was handled, and checks that all
 * came, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PublishInPlace {
    static final int MESSAGES = 1_000_000;

    /** Who carries the values, and how a slot is filled. */
    @Param
    public InPlacePeer peer = InPlacePeer.TOKENRING_CLAIM;

    /** How the handler's thread waits; the same strategy for both. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Sum sum = Sum.ofValuesTo(MESSAGES);
    private @Nullable InPlaceLane lane;

    /** For JMH, which makes one for each trial. */
    public PublishInPlace() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        lane = peer.open(waitStrategy, sum::add);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all values and waits for the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        InPlaceLane open = requireNonNull(lane);
        for (long value = 1; value <= MESSAGES; value++) {
            open.publish(value);
        }
        return sum.awaitRound();
    }
}
