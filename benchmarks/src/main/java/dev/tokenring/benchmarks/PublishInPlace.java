package dev.tokenring.benchmarks;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
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
 * Messages in place from one thread to one handler, on a ring with a single publisher; both sides yield while they wait.
 *
 * <pre>
 *   +-----------+    fills a slot    +--------------+   reads it   +---------+
 *   | publisher |-------------------&gt;| ring of 1024 |-------------&gt;| handler |
 *   +-----------+                    +--------------+              +---------+
 * </pre>
 *
 * <p>Each invocation publishes {@value #MESSAGES} numbers and waits until the last of them was handled. The handler adds
 * them up, and the sum is checked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PublishInPlace {
    static final int MESSAGES = 1_000_000;
    private static final int CAPACITY = 1024;

    /** A slot's own message. */
    static final class Event {
        long value;
    }

    /** Adds up what it gets, on one thread, and announces the last of a round. */
    static final class Adder {
        private long total;
        private long count;
        private volatile long announced;

        void add(long value) {
            total += value;
            count++;
            if (value == 0) {
                announced = count;
            }
        }

        long await(long messages) {
            while (announced < messages) {
                Thread.onSpinWait();
            }
            return total;
        }
    }

    /** How a number is published. */
    private interface Side extends AutoCloseable {
        void publish(long value);

        @Override
        void close();
    }

    /** Who carries the messages. */
    @Param({"TOKENRING", "DISRUPTOR"})
    public String peer = "TOKENRING";

    private Adder adder = new Adder();
    private long published;
    private @Nullable Side side;

    /** For JMH, which makes one for each trial. */
    public PublishInPlace() {}

    /** Opens the side to be measured. */
    @Setup
    public void open() {
        adder = new Adder();
        published = 0;
        side = peer.equals("TOKENRING") ? tokenring(adder) : disruptor(adder);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        if (side != null) {
            side.close();
        }
    }

    private static Side tokenring(Adder adder) {
        Bus bus = Bus.open();
        Topic<Event> topic = Topic.inPlace("lane", Event.class, Event::new)
                .withCapacity(CAPACITY)
                .withSinglePublisher()
                .withWaitStrategy(WaitStrategy.YIELDING);
        bus.subscribe(topic, (event, context) -> adder.add(event.value));
        Publisher<Event> publisher = bus.publisher(topic);
        return new Side() {
            @Override
            public void publish(long value) {
                var claim = publisher.claim();
                claim.message().value = value;
                claim.commit();
            }

            @Override
            public void close() {
                bus.close();
            }
        };
    }

    private static Side disruptor(Adder adder) {
        var disruptor = new Disruptor<>(
                Event::new, CAPACITY, DaemonThreadFactory.INSTANCE, ProducerType.SINGLE, new YieldingWaitStrategy());
        EventHandler<Event> handler = (event, sequence, endOfBatch) -> adder.add(event.value);
        disruptor.handleEventsWith(handler);
        RingBuffer<Event> ring = disruptor.start();
        return new Side() {
            @Override
            public void publish(long value) {
                long sequence = ring.next();
                try {
                    ring.get(sequence).value = value;
                } finally {
                    ring.publish(sequence);
                }
            }

            @Override
            public void close() {
                disruptor.shutdown();
            }
        };
    }

    /**
     * Publishes all numbers, counting down to 0, and waits for the last.
     *
     * @return the sum of what was handled
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long publish() {
        Side open = side;
        if (open == null) {
            throw new IllegalStateException("the side is not open");
        }
        for (long value = MESSAGES - 1; value >= 0; value--) {
            open.publish(value);
        }
        published += MESSAGES;
        long total = adder.await(published);
        long expected = published / MESSAGES * ((long) MESSAGES * (MESSAGES - 1) / 2);
        if (total != expected) {
            throw new IllegalStateException("the handler's sum is " + total + " instead of " + expected);
        }
        return total;
    }
}
