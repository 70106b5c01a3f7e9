package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * Messages by reference from three threads to one handler.
 *
 * <pre>
 *   +-------------+
 *   | publisher 1 |---+
 *   +-------------+   |
 *   +-------------+   |  reference   +-----------------+      +---------+
 *   | publisher 2 |---+-------------&gt;| ring, or queue, |-----&gt;| handler |
 *   +-------------+   |              |     of 1024     |      +---------+
 *   +-------------+   |              +-----------------+
 *   | publisher 3 |---+
 *   +-------------+
 * </pre>
 *
 * <p>In each invocation the three publish a third of the messages each: the benchmark's own thread, and two others. Then it
 * waits until the last of all was handled, and checks the sum.
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
public class ThreePublishers {
    private static final int PUBLISHERS = 3;
    private static final int MESSAGES_EACH = 33_000;
    private static final int MESSAGES = PUBLISHERS * MESSAGES_EACH;

    /** Who carries the messages. */
    @Param
    public Peer peer = Peer.TOKENRING;

    /** How the handler's thread waits: the same for the bus and the Disruptor; the others wait in their own way. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Message[][] shares = IntStream.range(0, PUBLISHERS)
            .mapToObj(i -> Arrays.copyOfRange(messages, i * MESSAGES_EACH, (i + 1) * MESSAGES_EACH))
            .toArray(Message[][]::new);
    private final Sum sum = Sum.of(messages);
    private final ExecutorService otherPublishers =
            Executors.newFixedThreadPool(PUBLISHERS - 1, DaemonThreadFactory.INSTANCE);
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public ThreePublishers() {}

    /** Opens the lane. */
    @Setup
    public void open() {
        lane = peer.open(waitStrategy, sum);
    }

    /** Closes the lane and ends the publishers. */
    @TearDown
    public void close() {
        otherPublishers.shutdown();
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
        Lane open = requireNonNull(lane);
        for (int i = 1; i < PUBLISHERS; i++) {
            Message[] share = shares[i];
            otherPublishers.execute(() -> open.publishEach(share));
        }
        open.publishEach(shares[0]);
        return sum.awaitRound();
    }
}
