package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;

/**
 * The Disruptor by hand: a multi-producer ring whose slots hold references, and a batch processor for each receiver.
 *
 * <p>See <a href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">its user guide</a> on producers and
 * wait strategies.
 */
final class DisruptorLane implements Lane {
    private final Disruptor<ReferenceSlot> disruptor;
    private final RingBuffer<ReferenceSlot> ring;

    DisruptorLane(WaitStrategy waitStrategy, Receiver... receivers) {
        disruptor = ReferenceSlot.disruptor(ProducerType.MULTI, waitStrategy);
        for (Receiver receiver : receivers) {
            disruptor.handleEventsWith(ReferenceSlot.handler(receiver));
        }
        ring = disruptor.start();
    }

    @Override
    public void publish(Message message) {
        ReferenceSlot.publish(ring, message);
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}
