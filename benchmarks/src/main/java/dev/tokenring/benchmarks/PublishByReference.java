package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.Lane.Message;
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
 * Messages by reference from one thread to one handler, on a ring that any number of threads may publish to.
 *
 * <pre>
 *   +-----------+  reference   +--------------+      +---------+
 *   | publisher |-------------&gt;| ring of 1024 |-----&gt;| handler |
 *   +-----------+              +--------------+      +---------+
 * </pre>
 *
 * <p>Each invocation publishes {@value #MESSAGES} messages and waits until the last of them was handled. The handler adds
 * up what it gets, and the sum is checked: a message lost or doubled fails the run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PublishByReference {
    static final int MESSAGES = 100_000;

    /** Who carries the messages. */
    @Param({"TOKENRING", "DISRUPTOR"})
    public String peer = "TOKENRING";

    /** How the handler's thread waits; the very same strategy for both. */
    @Param({"YIELDING", "ADAPTIVE", "BUSY_SPIN"})
    public String waitStrategy = "YIELDING";

    private final Message[] messages = new Message[MESSAGES];
    private Sum sum = new Sum();
    private long published;
    private @Nullable Lane lane;

    /** For JMH, which makes one for each trial. */
    public PublishByReference() {}

    /** Makes the messages, numbered down to 0, and opens the lane. */
    @Setup
    public void open() {
        for (int i = 0; i < MESSAGES; i++) {
            messages[i] = new Message(MESSAGES - 1 - i);
        }
        sum = new Sum();
        published = 0;
        lane = Lane.Kind.valueOf(peer).open(WaitStrategy.valueOf(waitStrategy), sum);
    }

    /** Closes the lane. */
    @TearDown
    public void close() {
        if (lane != null) {
            lane.close();
        }
    }

    /**
     * Publishes all messages and waits for the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        Lane open = lane;
        if (open == null) {
            throw new IllegalStateException("the lane is not open");
        }
        for (Message message : messages) {
            open.publish(message);
        }
        published += MESSAGES;
        long total = sum.await(published);
        long expected = published / MESSAGES * ((long) MESSAGES * (MESSAGES - 1) / 2);
        if (total != expected) {
            throw new IllegalStateException("the handler's sum is " + total + " instead of " + expected);
        }
        return total;
    }
}
