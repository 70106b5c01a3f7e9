package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.DiamondPeer;
import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Lane.Receiver;
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
 * Messages by reference through a diamond: two handlers, each on a thread of its own, get every message, and a third gets it
 * when both are done with it.
 *
 * <pre>
 *                                    +------+
 *                                +--&gt;| left |---+
 *   +-----------+   +-------+    |   +------+   |    +------+
 *   | publisher |--&gt;| rings |----+              +---&gt;| join |
 *   +-----------+   +-------+    |   +-------+  |    +------+
 *                                +--&gt;| right |--+
 *                                    +-------+
 * </pre>
 *
 * <p>For the Disruptor that is a graph of dependencies on one ring. On the bus subscriptions don't know each other: left and
 * right publish what they are done with to topics of their own, and one event loop handles both and puts together what
 * belongs together.
 *
 * <p>Each invocation waits for the last message at the join. What left and right have noted of a message must be there when
 * the join gets it, and it must get all, in order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Diamond {
    private static final int MESSAGES = PublishByReference.MESSAGES;

    /** More than can be on the way at once. */
    private static final int NOTES = 8 * Lane.CAPACITY;

    /** Who carries the messages. */
    @Param
    public DiamondPeer peer = DiamondPeer.TOKENRING;

    /** How the handlers' threads wait; an event loop waits adaptively. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private final Message[] messages = Message.numbered(MESSAGES);
    private final Sum sum = Sum.inOrder(messages);
    private final Notes left = new Notes();
    private final Notes right = new Notes();
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public Diamond() {}

    /** What one side has noted of the messages it was at last. */
    private static final class Notes implements Receiver {
        private final long[] noted = new long[NOTES];

        @Override
        public void receive(Message message) {
            noted[(int) message.value() % NOTES] = message.value();
        }

        void check(Message message) {
            if (noted[(int) message.value() % NOTES] != message.value()) {
                throw new IllegalStateException("the join got " + message + " before both sides were done with it");
            }
        }
    }

    private void join(Message message) {
        left.check(message);
        right.check(message);
        sum.receive(message);
    }

    /** Opens the lane. */
    @Setup
    public void open() {
        lane = peer.open(waitStrategy, left, right, this::join);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        requireNonNull(lane).close();
    }

    /**
     * Publishes all messages and waits until the join had the last.
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
