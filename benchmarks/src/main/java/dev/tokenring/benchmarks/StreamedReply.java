package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.StreamCaller;
import dev.tokenring.benchmarks.peer.StreamPeer;
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
 * One thread asks, a handler on another answers in many parts, and the first takes them as they come.
 *
 * <pre>
 *   +--------+   request      +------+     +---------+
 *   |        |---------------&gt;| ring |----&gt;|         |
 *   | caller |                +------+     | handler |
 *   |        |&lt;--- part, part, part, ... --|         |
 *   +--------+    a stream, or a second    +---------+
 *                 ring
 * </pre>
 *
 * <p>As a language model sends token after token. The score counts parts; {@value #PARTS} of them are a reply. The caller gets
 * them all, in order, and those of its own request, or the run fails.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class StreamedReply {
    private static final int PARTS = 64;

    /** Who carries request and parts. */
    @Param
    public StreamPeer peer = StreamPeer.TOKENRING;

    /** How the handler's thread waits. */
    @Param("YIELDING")
    public WaitStrategy waitStrategy = WaitStrategy.YIELDING;

    private int request;
    private @Nullable StreamCaller caller;

    /** For JMH, which makes one for each trial. */
    public StreamedReply() {}

    /** Starts the handler. */
    @Setup
    public void open() {
        open(peer.open(waitStrategy, PARTS));
    }

    void open(StreamCaller opened) {
        caller = opened;
    }

    /** Ends the handler. */
    @TearDown
    public void close() {
        requireNonNull(caller).close();
    }

    /**
     * Asks once, takes all parts, and checks that they came in order and that none is missing.
     *
     * @return how many came
     */
    @Benchmark
    @OperationsPerInvocation(PARTS)
    public long ask() {
        request = request + 1 == StreamCaller.REQUESTS ? 0 : request + 1;
        var inOrder = new InOrder(request * PARTS);
        requireNonNull(caller).ask(request, inOrder);
        if (inOrder.came != PARTS) {
            throw new IllegalStateException(inOrder.came + " parts came instead of " + PARTS);
        }
        return inOrder.came;
    }

    private static final class InOrder implements StreamCaller.Reader {
        private final int first;
        private int came;

        InOrder(int first) {
            this.first = first;
        }

        @Override
        public void read(int part) {
            if (part != first + came) {
                throw new IllegalStateException("part " + part + " came instead of " + (first + came));
            }
            came++;
        }
    }
}
