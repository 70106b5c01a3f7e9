package dev.tokenring.benchmarks;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.WaitStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The Disruptor by hand: a multi-producer ring whose slot holds a reference, one batch processor, and the very wait
 * strategy that the bus uses. It does not empty its slots, which the bus does.
 */
final class DisruptorLane implements Lane {
    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> ring;

    private static final class Slot {
        @Nullable Message message;
    }

    DisruptorLane(WaitStrategy waitStrategy, Sum sum) {
        disruptor = new Disruptor<>(
                Slot::new,
                CAPACITY,
                DaemonThreadFactory.INSTANCE,
                ProducerType.MULTI,
                AdaptiveWaitStrategy.like(waitStrategy));
        EventHandler<Slot> eventHandler = (slot, sequence, endOfBatch) -> {
            Message message = slot.message;
            if (message != null) {
                sum.add(message);
            }
        };
        disruptor.handleEventsWith(eventHandler);
        ring = disruptor.start();
    }

    @Override
    public void publish(Message message) {
        long sequence = ring.next();
        try {
            ring.get(sequence).message = message;
        } finally {
            ring.publish(sequence);
        }
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}
