package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A ring before each stage; each stage publishes to the ring of the next: the bus's shape, for who wants to know what the
 * shape costs and what the bus adds. One thread publishes to each ring, so all are for a single producer, which <a
 * href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> calls one of the best ways to
 * improve performance. The shape that suits the Disruptor best is {@link DisruptorOneRingPipeline}.
 */
final class DisruptorPipeline implements Lane {
    private final Deque<Disruptor<ReferenceSlot>> disruptors = new ArrayDeque<>();
    private final RingBuffer<ReferenceSlot> first;

    DisruptorPipeline(WaitStrategy waitStrategy, Receiver... stages) {
        int last = stages.length - 1;
        RingBuffer<ReferenceSlot> ring = start(waitStrategy, stages[last]);
        for (int i = last - 1; i >= 0; i--) {
            RingBuffer<ReferenceSlot> next = ring;
            Receiver stage = stages[i];
            ring = start(waitStrategy, message -> {
                stage.receive(message);
                ReferenceSlot.publish(next, message);
            });
        }
        first = ring;
    }

    private RingBuffer<ReferenceSlot> start(WaitStrategy waitStrategy, Receiver stage) {
        Disruptor<ReferenceSlot> disruptor = ReferenceSlot.disruptor(ProducerType.SINGLE, waitStrategy);
        disruptor.handleEventsWith(ReferenceSlot.handler(stage));
        disruptors.addFirst(disruptor);
        return disruptor.start();
    }

    @Override
    public void publish(Message message) {
        ReferenceSlot.publish(first, message);
    }

    @Override
    public void close() {
        disruptors.forEach(Disruptor::shutdown);
    }
}
