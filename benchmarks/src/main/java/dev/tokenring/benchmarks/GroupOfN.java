package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.GroupPeer;
import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
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
 * Messages by reference from one thread to a group of handlers, each of which gets some of them on a thread of its own.
 *
 * <pre>
 *                                                        +----------+
 *                                                    +--&gt;| member 1 |
 *   +-----------+  reference   +-----------------+   |   +----------+
 *   | publisher |-------------&gt;| ring, or queue, |--{+--&gt;   ...         whoever is free
 *   +-----------+              |     of 1024     |   |   +----------+
 *                              +-----------------+   +--&gt;| member n |
 *                                                        +----------+
 * </pre>
 *
 * <p>Each message goes to one member, and a member that is slow holds back nobody: so each takes one message at a time. (The
 * Disruptor by hand promises less: see there.) Each invocation waits until the members together had all messages, and
 * checks their sum.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class GroupOfN {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** Who carries the messages. */
    @Param
    public GroupPeer peer = GroupPeer.TOKENRING;

    /** How the members' threads wait: the same for the bus and the Disruptor; the others wait in their own way. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    /** The number of members. */
    @Param({"1", "2", "4"})
    public int members = 1;

    private final Message[] messages = Message.numbered(MESSAGES);
    private @Nullable SharedSum sum;
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public GroupOfN() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        var shared = new SharedSum(members, messages);
        sum = shared;
        lane = peer.open(waitStrategy, shared.members());
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits until the members had all of them.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        requireNonNull(lane).publishEach(messages);
        return requireNonNull(sum).awaitRound();
    }
}
