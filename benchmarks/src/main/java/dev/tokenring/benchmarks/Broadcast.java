package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
 * Messages by reference from one thread to several handlers, each of which gets all of them on a thread of its own.
 *
 * <pre>
 *                                               +-----------+
 *                                           +--&gt;| handler 1 |
 *   +-----------+  reference   +--------+   |   +-----------+
 *   | publisher |-------------&gt;|  ring  |---+--&gt;    ...
 *   +-----------+              +--------+   |   +-----------+
 *                                           +--&gt;| handler n |
 *                                               +-----------+
 * </pre>
 *
 * <p>The score counts messages published; times the number of handlers, it is messages delivered. Each invocation waits for
 * every handler, and checks that each got all messages, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Broadcast {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** Who carries the messages; those that broadcast on one ring. */
    @Param({"TOKENRING", "DISRUPTOR"})
    public Peer peer = Peer.TOKENRING;

    /** How the handlers' threads wait; the same strategy for both. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    /** The number of handlers. */
    @Param({"1", "2", "4", "8"})
    public int handlers = 1;

    private final Message[] messages = Message.numbered(MESSAGES);
    private Sum[] sums = {};
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public Broadcast() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        sums = Stream.generate(() -> Sum.inOrder(messages)).limit(handlers).toArray(Sum[]::new);
        lane = peer.open(waitStrategy, sums);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits until every handler had the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        requireNonNull(lane).publishEach(messages);
        return Sum.awaitRound(sums);
    }
}
