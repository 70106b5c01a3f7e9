package dev.tokenring.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The slot of a ring by hand that carries messages by reference, and how such a ring is made, published to and read. It is
 * not emptied after use, which the bus does.
 */
final class ReferenceSlot {
    private @Nullable Message message;

    static Disruptor<ReferenceSlot> disruptor(ProducerType producerType, WaitStrategy waitStrategy) {
        return disruptor(producerType, AdaptiveWaitStrategy.like(waitStrategy));
    }

    static Disruptor<ReferenceSlot> disruptor(ProducerType producerType, com.lmax.disruptor.WaitStrategy waitStrategy) {
        return new Disruptor<>(
                ReferenceSlot::new, Lane.CAPACITY, DaemonThreadFactory.INSTANCE, producerType, waitStrategy);
    }

    static EventHandler<ReferenceSlot> handler(Receiver receiver) {
        return (slot, sequence, endOfBatch) -> receiver.receive(slot.message());
    }

    static void publish(RingBuffer<ReferenceSlot> ring, Message message) {
        publish(ring, ring.next(), message);
    }

    /** Publishes in a slot that was claimed already. */
    static void publish(RingBuffer<ReferenceSlot> ring, long sequence, Message message) {
        try {
            ring.get(sequence).message = message;
        } finally {
            ring.publish(sequence);
        }
    }

    Message message() {
        return requireNonNull(message);
    }
}
