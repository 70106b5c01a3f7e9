package dev.tokenring.benchmarks;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.WaitStrategy;

/** The Disruptor by hand: a single-producer ring whose slots own their values. */
final class DisruptorInPlaceLane implements InPlaceLane {
    private static final EventTranslatorOneArg<Cell, Cell> COPY = (cell, sequence, from) -> cell.set(from.value());

    private final Disruptor<Cell> disruptor;
    private final Cell argument = new Cell();
    private final RingBuffer<Cell> ring;
    private final boolean claims;

    private DisruptorInPlaceLane(WaitStrategy waitStrategy, Sum sum, boolean claims) {
        disruptor = new Disruptor<>(
                Cell::new,
                Lane.CAPACITY,
                DaemonThreadFactory.INSTANCE,
                ProducerType.SINGLE,
                AdaptiveWaitStrategy.like(waitStrategy));
        EventHandler<Cell> handler = (cell, sequence, endOfBatch) -> sum.add(cell.value());
        disruptor.handleEventsWith(handler);
        ring = disruptor.start();
        this.claims = claims;
    }

    static InPlaceLane claiming(WaitStrategy waitStrategy, Sum sum) {
        return new DisruptorInPlaceLane(waitStrategy, sum, true);
    }

    static InPlaceLane translating(WaitStrategy waitStrategy, Sum sum) {
        return new DisruptorInPlaceLane(waitStrategy, sum, false);
    }

    @Override
    public void publish(long value) {
        if (claims) {
            long sequence = ring.next();
            try {
                ring.get(sequence).set(value);
            } finally {
                ring.publish(sequence);
            }
        } else {
            argument.set(value);
            ring.publishEvent(COPY, argument);
        }
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}
