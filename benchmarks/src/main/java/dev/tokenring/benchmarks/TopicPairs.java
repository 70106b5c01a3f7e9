package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.TokenringPairs;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Messages by reference on one bus, over topics that have nothing in common: each from one thread to one handler.
 *
 * <pre>
 *   +-------------+  reference  +--------+     +-----------+
 *   | publisher 1 |------------&gt;| ring 1 |----&gt;| handler 1 |
 *   +-------------+             +--------+     +-----------+
 *         ...                      ...              ...
 *   +-------------+  reference  +--------+     +-----------+
 *   | publisher n |------------&gt;| ring n |----&gt;| handler n |
 *   +-------------+             +--------+     +-----------+
 * </pre>
 *
 * <p>JMH's {@code -t} is the number of pairs; each wants two cores. The score counts the messages of all pairs. In each
 * invocation one publisher waits until the last of its messages was handled, and checks that its handler got them all, in order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class TopicPairs {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** How the handlers' threads wait. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Sum sum = Sum.inOrder(messages);
    private @Nullable Lane lane;

    /** For JMH, which makes one for each thread of a trial. */
    public TopicPairs() {}

    /** The bus that all pairs share. */
    @State(Scope.Benchmark)
    public static class Shared {
        private final TokenringPairs pairs = new TokenringPairs();

        /** For JMH, which makes one for each trial. */
        public Shared() {}

        /** Closes the bus. */
        @TearDown
        public void close() {
            pairs.close();
        }
    }

    /**
     * Opens this thread's topic.
     *
     * @param shared the bus
     * @param thread which thread this is
     */
    @Setup
    public void open(Shared shared, ThreadParams thread) {
        open(receiver -> shared.pairs.open(thread.getThreadIndex(), waitStrategy, receiver));
    }

    void open(Function<Lane.Receiver, Lane> opener) {
        lane = opener.apply(sum);
    }

    /** Ends this thread's topic. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages to this thread's topic and waits for the last.
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
