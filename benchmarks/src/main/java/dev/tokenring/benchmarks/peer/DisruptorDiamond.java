package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;

/**
 * One ring, on which the join waits for both sides.
 *
 * <p>See <a href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> on consumer dependency
 * graphs, which it calls one of the reasons to have one ring instead of several queues.
 */
final class DisruptorDiamond implements Lane {
    private final Disruptor<ReferenceSlot> disruptor;
    private final RingBuffer<ReferenceSlot> ring;

    DisruptorDiamond(WaitStrategy waitStrategy, Receiver left, Receiver right, Receiver join) {
        disruptor = ReferenceSlot.disruptor(ProducerType.SINGLE, waitStrategy);
        disruptor
                .handleEventsWith(ReferenceSlot.handler(left), ReferenceSlot.handler(right))
                .then(ReferenceSlot.handler(join));
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
