package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
 * Messages by reference from one thread to one handler; any number of threads might publish.
 *
 * <pre>
 *   +-----------+  reference   +-----------------+      +---------+
 *   | publisher |-------------&gt;| ring, or queue, |-----&gt;| handler |
 *   +-----------+              |     of 1024     |      +---------+
 *                              +-----------------+
 * </pre>
 *
 * <p>Each invocation publishes {@value #MESSAGES} messages, waits until the last of them was handled, and checks that the
 * handler got them all, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
// Several peers use sun.misc.Unsafe, which JDK 24 and later remark on and JDK 17 has no flag for; Aeron opens a
// package.
@Fork(
        value = 3,
        jvmArgsAppend = {
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"
        })
public class PublishByReference {
    static final int MESSAGES = 100_000;

    /** Who carries the messages. */
    @Param
    public Peer peer = Peer.TOKENRING;

    /** How the handler's thread waits: the same for the bus and the Disruptor; the others wait in their own way. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Sum sum = Sum.inOrder(messages);
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public PublishByReference() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        open(receiver -> peer.open(waitStrategy, receiver));
    }

    void open(Function<Lane.Receiver, Lane> opener) {
        lane = opener.apply(sum);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits for the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        requireNonNull(lane).publishEach(messages);
        return sum.awaitRound();
    }
}
