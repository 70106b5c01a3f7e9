package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.TopicsPeer;
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
 * Messages by reference from one thread to many topics in turn, each of which has a handler.
 *
 * <pre>
 *                                   +--------+     +-----------+
 *                               +--&gt;| ring 1 |----&gt;| handler 1 |
 *   +-----------+  reference    |   +--------+     +-----------+
 *   | publisher |---------------+--&gt;   ...            ...
 *   +-----------+               |   +--------+     +-----------+
 *                               +--&gt;| ring n |----&gt;| handler n |
 *                                   +--------+     +-----------+
 * </pre>
 *
 * <p>Every handler has a thread of its own, which sleeps when its ring is empty; or all of them share one event loop of the
 * bus, for which the Disruptor has no counterpart. Each invocation waits for every handler, and checks that each got its share, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ManyTopics {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** Who carries the messages. */
    @Param
    public TopicsPeer peer = TopicsPeer.TOKENRING;

    /** The number of topics; each gets its share of the messages. */
    @Param({"1", "10", "100", "1000"})
    public int topics = 1;

    private final Message[] messages = Message.numbered(MESSAGES);
    private Sum[] sums = {};
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public ManyTopics() {}

    /** Opens the topics. */
    @Setup
    public void open() {
        sums = IntStream.range(0, topics).mapToObj(this::sumOfShare).toArray(Sum[]::new);
        lane = peer.open(sums);
    }

    private Sum sumOfShare(int topic) {
        return Sum.inOrder(IntStream.iterate(topic, i -> i < MESSAGES, i -> i + topics)
                .mapToObj(i -> messages[i])
                .toArray(Message[]::new));
    }

    /** Closes the topics. */
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
