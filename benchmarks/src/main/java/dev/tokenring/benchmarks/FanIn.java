package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.FanInPeer;
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
 * Messages by reference from one thread to many topics in turn, all of which one handler listens to.
 *
 * <pre>
 *                                  +--------+
 *                              +--&gt;| ring 1 |---+
 *   +-----------+  reference   |   +--------+   |     +---------+
 *   | publisher |--------------+--&gt;   ...    ---+----&gt;| handler |
 *   +-----------+              |   +--------+   |     +---------+
 *                              +--&gt;| ring n |---+
 *                                  +--------+
 * </pre>
 *
 * <p>On the bus that is a subscription to a pattern. By hand there are two ways: all topics share one ring, where one that is
 * full holds up all others; or one thread polls all rings in turn.
 *
 * <p>Those of one topic must come in order. Each invocation waits for the last message, and checks the sum.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FanIn {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** Who carries the messages. */
    @Param
    public FanInPeer peer = FanInPeer.TOKENRING;

    /** How the handler's thread waits, where it waits for one ring; who polls many waits in his own way. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    /** The number of topics; each gets its share of the messages. */
    @Param("100")
    public int topics = 100;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Sum sum = Sum.of(messages);
    private long[] latestOfTopic = {};
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public FanIn() {}

    /** Opens the topics. */
    @Setup
    public void open() {
        if (MESSAGES % topics != 0) {
            throw new IllegalArgumentException(topics + " topics can't share " + MESSAGES + " messages evenly");
        }
        latestOfTopic = new long[topics];
        lane = peer.open(waitStrategy, topics, this::receive);
    }

    private void receive(Message message) {
        int topic = (int) ((message.value() - 1) % topics);
        long expected = latestOfTopic[topic] == 0 ? topic + 1 : latestOfTopic[topic] + topics;
        if (message.value() != expected) {
            throw new IllegalStateException(
                    message + " came instead of " + expected + " of the topic with number " + topic);
        }
        latestOfTopic[topic] = expected + topics > MESSAGES ? 0 : expected;
        sum.receive(message);
    }

    /** Closes the topics. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits until the handler had the last.
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
