package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.peer.Caller;
import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.RoundTripPeer;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread asks, a handler on another answers, and the first waits for the reply before it asks again.
 *
 * <pre>
 *   +--------+   request    +------+     +---------+
 *   |        |-------------&gt;| ring |----&gt;|         |
 *   | caller |              +------+     | handler |
 *   |        |&lt;--------------------------|         |
 *   +--------+   reply: a future, or a   +---------+
 *                second ring
 * </pre>
 *
 * <p>The figure to compare is the median of the sampled times ({@code p0.50}). Requests differ, and each must get the reply to itself: one that
 * comes twice is noticed by the next.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
// Netty uses sun.misc.Unsafe, which JDK 24 and later remark on and JDK 17 has no flag for.
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+IgnoreUnrecognizedVMOptions", "--sun-misc-unsafe-memory-access=allow"})
public class RoundTrip {
    /** Who carries request and reply, and how the caller waits. */
    @Param
    public RoundTripPeer peer = RoundTripPeer.TOKENRING_SPIN;

    /** How the handler's thread waits: the same for the bus and the Disruptor; Vert.x waits in its own way. */
    @Param("BUSY_SPIN")
    public WaitStrategy waitStrategy = WaitStrategy.BUSY_SPIN;

    /**
     * A power of two, so that taking turns costs nothing, and more than a ring holds, so that what a slot still has from the lap
     * before is another one.
     */
    private static final int REQUESTS = 2 * Lane.CAPACITY;

    private final Message[] requests = Message.numbered(REQUESTS);
    private int asked;
    private @Nullable Caller caller;

    /** For JMH, which makes one for each trial. */
    public RoundTrip() {}

    /** Starts the handler. */
    @Setup
    public void open() {
        open(peer.open(waitStrategy));
    }

    void open(Caller opened) {
        caller = opened;
    }

    /** Ends the handler. */
    @TearDown
    public void close() {
        requireNonNull(caller).close();
    }

    /**
     * Asks once, waits for the reply, and checks that it is the right one.
     *
     * @return the reply
     */
    @Benchmark
    @SuppressWarnings("ReferenceEquality") // the handler gives back the very message that it got
    public Object ask() {
        Message request = requests[asked++ & REQUESTS - 1];
        Message reply = requireNonNull(caller).ask(request);
        if (reply != request) {
            throw new IllegalStateException("the reply is " + reply + " instead of " + request);
        }
        return reply;
    }
}
