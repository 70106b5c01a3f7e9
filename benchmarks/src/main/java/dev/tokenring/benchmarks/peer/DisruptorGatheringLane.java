package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;

/**
 * The Disruptor as one would have it who knows how the bus became faster than {@link DisruptorLane}: its handler's thread
 * lets messages gather before it looks again ({@link GatheringWaitStrategy}), and a publisher that finds the ring full
 * yields. The Disruptor's own way to wait for room, in {@code next}, is to be put to sleep by the operating system for as
 * short as it can, which is long beside what it takes to empty the ring.
 *
 * <p>See <a
 * href="https://lmax-exchange.github.io/disruptor/javadoc/com.lmax.disruptor/com/lmax/disruptor/RingBuffer.html">the ring's
 * documentation</a> on {@code tryNext}. That messages be left to gather stands nowhere in it.
 */
final class DisruptorGatheringLane implements Lane {
    private final Disruptor<ReferenceSlot> disruptor;
    private final RingBuffer<ReferenceSlot> ring;

    DisruptorGatheringLane(WaitStrategy waitStrategy, Receiver receiver) {
        disruptor = ReferenceSlot.disruptor(
                ProducerType.MULTI, new GatheringWaitStrategy(AdaptiveWaitStrategy.like(waitStrategy)));
        disruptor.handleEventsWith(ReferenceSlot.handler(receiver));
        ring = disruptor.start();
    }

    @Override
    public void publish(Message message) {
        ReferenceSlot.publish(ring, nextOrYield(), message);
    }

    private long nextOrYield() {
        while (true) {
            try {
                return ring.tryNext();
            } catch (InsufficientCapacityException full) {
                Thread.yield();
            }
        }
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}
