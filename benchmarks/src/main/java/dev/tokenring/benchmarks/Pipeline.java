package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.PipelinePeer;
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
 * Messages by reference through three stages, each of which passes on what it gets.
 *
 * <pre>
 *   +-----------+   +------+   +---------+   +------+   +---------+   +------+   +---------+
 *   | publisher |--&gt;| ring |--&gt;| stage 1 |--&gt;| ring |--&gt;| stage 2 |--&gt;| ring |--&gt;| stage 3 |
 *   +-----------+   +------+   +---------+   +------+   +---------+   +------+   +---------+
 * </pre>
 *
 * <p>Every ring has a single publisher and is told so. Where stages share one type and never change their number, the
 * Disruptor can run them one behind the other on one ring ({@code DISRUPTOR_ONE_RING}):
 *
 * <pre>
 *   +-----------+   +------+   +---------+   +---------+   +---------+
 *   | publisher |--&gt;| ring |--&gt;| stage 1 |--&gt;| stage 2 |--&gt;| stage 3 |
 *   +-----------+   +------+   +---------+   +---------+   +---------+
 * </pre>
 *
 * <p>Each invocation waits for the last message at the last stage, and checks that every stage got all, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Pipeline {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** Who carries the messages. */
    @Param
    public PipelinePeer peer = PipelinePeer.TOKENRING;

    /** How the stages' threads wait; the same strategy for all. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Sum[] stages = {Sum.inOrder(messages), Sum.inOrder(messages), Sum.inOrder(messages)};
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public Pipeline() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        lane = peer.open(waitStrategy, stages);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits until the last stage had the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        requireNonNull(lane).publishEach(messages);
        return Sum.awaitRound(stages);
    }
}
