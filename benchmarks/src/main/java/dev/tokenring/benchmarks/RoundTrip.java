package dev.tokenring.benchmarks;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
 * A request and its reply, one at a time; the caller spins until it is there.
 *
 * <pre>
 *   +--------+  request   +--------------+      +---------+
 *   | caller |-----------&gt;| ring of 1024 |-----&gt;| handler |
 *   +--------+            +--------------+      +---------+
 *       ^                                            |
 *       +------ future completed (or second ring) ---+
 * </pre>
 *
 * <p>By hand that is two rings of the Disruptor, one each way, whose reader on the caller's side is the caller itself. The
 * bus adds a future, a deadline, and the race between reply, timeout and cancellation. Each reply is checked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class RoundTrip {
    private static final int CAPACITY = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A slot of a ring by hand. */
    static final class Event {
        @Nullable Object message;
    }

    /** Asks and waits. */
    private interface Side extends AutoCloseable {
        Object ask(Object request);

        @Override
        void close();
    }

    /** Who carries request and reply. */
    @Param({"TOKENRING", "DISRUPTOR"})
    public String peer = "TOKENRING";

    /** How the handler's thread waits. */
    @Param({"BUSY_SPIN", "YIELDING", "ADAPTIVE"})
    public String waitStrategy = "BUSY_SPIN";

    private final Object request = new Object();
    private @Nullable Side side;

    /** For JMH, which makes one for each trial. */
    public RoundTrip() {}

    /** Opens the side to be measured. */
    @Setup
    public void open() {
        WaitStrategy strategy = WaitStrategy.valueOf(waitStrategy);
        side = peer.equals("TOKENRING") ? tokenring(strategy) : disruptor(strategy);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        if (side != null) {
            side.close();
        }
    }

    private static Side tokenring(WaitStrategy strategy) {
        Bus bus = Bus.open();
        Service<Object, Object> echo = Service.of("echo", Object.class, Object.class)
                .withCapacity(CAPACITY)
                .withWaitStrategy(strategy);
        bus.serve(echo, (request, context) -> request);
        return new Side() {
            @Override
            public Object ask(Object request) {
                CompletableFuture<Object> reply = bus.request(echo, request, PATIENCE);
                while (!reply.isDone()) {
                    Thread.onSpinWait();
                }
                return reply.join();
            }

            @Override
            public void close() {
                bus.close();
            }
        };
    }

    private static Side disruptor(WaitStrategy strategy) {
        var there = new Disruptor<>(
                Event::new,
                CAPACITY,
                DaemonThreadFactory.INSTANCE,
                ProducerType.MULTI,
                AdaptiveWaitStrategy.like(strategy));
        RingBuffer<Event> back =
                RingBuffer.createSingleProducer(Event::new, CAPACITY, AdaptiveWaitStrategy.like(strategy));
        var read = new com.lmax.disruptor.Sequence();
        back.addGatingSequences(read);
        EventHandler<Event> handler = (event, sequence, endOfBatch) -> {
            long reply = back.next();
            back.get(reply).message = event.message;
            back.publish(reply);
        };
        there.handleEventsWith(handler);
        RingBuffer<Event> ring = there.start();
        return new Side() {
            @Override
            public Object ask(Object request) {
                long sequence = ring.next();
                ring.get(sequence).message = request;
                ring.publish(sequence);
                long expected = read.get() + 1;
                while (!back.isAvailable(expected)) {
                    Thread.onSpinWait();
                }
                Object reply = back.get(expected).message;
                read.set(expected);
                if (reply == null) {
                    throw new IllegalStateException("an empty reply");
                }
                return reply;
            }

            @Override
            public void close() {
                there.shutdown();
            }
        };
    }

    /**
     * Asks once.
     *
     * @return the reply
     */
    @Benchmark
    public Object ask() {
        Side open = side;
        if (open == null) {
            throw new IllegalStateException("the side is not open");
        }
        Object reply = open.ask(request);
        if (reply != request) {
            throw new IllegalStateException("the reply is " + reply + " instead of " + request);
        }
        return reply;
    }
}
