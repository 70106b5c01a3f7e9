package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.EventHandlerGroup;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;

/**
 * One ring, on which each stage waits for the one before it: a message is published once and stays in its slot, and from
 * stage to stage only a sequence moves. The ring is for a single producer, since one thread publishes.
 *
 * <p>See <a href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> on consumer dependency
 * graphs, for which the Disruptor was made.
 */
final class DisruptorOneRingPipeline implements Lane {
    private final Disruptor<ReferenceSlot> disruptor;
    private final RingBuffer<ReferenceSlot> ring;

    DisruptorOneRingPipeline(WaitStrategy waitStrategy, Receiver... stages) {
        disruptor = ReferenceSlot.disruptor(ProducerType.SINGLE, waitStrategy);
        EventHandlerGroup<ReferenceSlot> stage = disruptor.handleEventsWith(ReferenceSlot.handler(stages[0]));
        for (int i = 1; i < stages.length; i++) {
            stage = stage.then(ReferenceSlot.handler(stages[i]));
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
