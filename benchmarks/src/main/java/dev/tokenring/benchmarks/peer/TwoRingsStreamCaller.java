package dev.tokenring.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.WaitStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The Disruptor by hand: a ring there, and a ring back to one caller, who takes what is there in one go. Both know how many
 * parts there are. It knows no timeout, no failure, no cancellation, and no second caller.
 *
 * <p>Parts come from one thread, so their ring is for a single producer, as <a
 * href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> advises; and the caller moves
 * its sequence once for all that it found, which is what a batch processor does and keeps it off the handler's cache line.
 */
final class TwoRingsStreamCaller implements StreamCaller {
    private final Disruptor<Slot> there;
    private final RingBuffer<Slot> requests;
    private final RingBuffer<Slot> parts;
    private final SequenceBarrier barrier;
    private final Sequence lastRead = new Sequence();
    private final int count;

    private static final class Slot {
        @Nullable Integer content;
    }

    TwoRingsStreamCaller(WaitStrategy waitStrategy, int count) {
        this.count = count;
        parts = disruptor(ProducerType.SINGLE, waitStrategy).getRingBuffer();
        parts.addGatingSequences(lastRead);
        barrier = parts.newBarrier();
        there = disruptor(ProducerType.MULTI, waitStrategy);
        Integer[][] answers = StreamCaller.replies(count);
        there.handleEventsWith((slot, sequence, endOfBatch) -> {
            for (Integer part : answers[requireNonNull(slot.content)]) {
                publish(parts, part);
            }
        });
        requests = there.start();
    }

    private static Disruptor<Slot> disruptor(ProducerType producerType, WaitStrategy waitStrategy) {
        return new Disruptor<>(
                Slot::new,
                Lane.CAPACITY,
                DaemonThreadFactory.INSTANCE,
                producerType,
                AdaptiveWaitStrategy.like(waitStrategy));
    }

    private static void publish(RingBuffer<Slot> ring, Integer content) {
        long sequence = ring.next();
        try {
            ring.get(sequence).content = content;
        } finally {
            ring.publish(sequence);
        }
    }

    @Override
    public void ask(Integer request, Reader reader) {
        publish(requests, request);
        long next = lastRead.get() + 1;
        long last = lastRead.get() + count;
        while (next <= last) {
            long available = await(next);
            for (; next <= available; next++) {
                reader.read(requireNonNull(parts.get(next).content));
            }
            lastRead.set(available);
        }
    }

    private long await(long sequence) {
        try {
            return barrier.waitFor(sequence);
        } catch (AlertException | TimeoutException | InterruptedException e) {
            throw new IllegalStateException("no part " + sequence, e);
        }
    }

    @Override
    public void close() {
        there.shutdown();
    }
}
