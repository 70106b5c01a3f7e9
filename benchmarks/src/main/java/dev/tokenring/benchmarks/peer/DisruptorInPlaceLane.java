package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.bus.WaitStrategy;
import java.util.function.LongConsumer;

/**
 * The Disruptor by hand: a single-producer ring whose slots own their values.
 *
 * <p>See <a href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">its user guide</a>, which
 * recommends a single producer where there is one.
 */
final class DisruptorInPlaceLane implements InPlaceLane {
    private static final EventTranslatorOneArg<Cell, Cell> COPY = (cell, sequence, from) -> cell.set(from.value());

    private final Disruptor<Cell> disruptor;
    private final Cell argument = new Cell();
    private final RingBuffer<Cell> ring;
    private final boolean claims;

    private DisruptorInPlaceLane(WaitStrategy waitStrategy, LongConsumer receiver, boolean claims) {
        disruptor = new Disruptor<>(
                Cell::new,
                Lane.CAPACITY,
                DaemonThreadFactory.INSTANCE,
                ProducerType.SINGLE,
                AdaptiveWaitStrategy.like(waitStrategy));
        EventHandler<Cell> handler = (cell, sequence, endOfBatch) -> receiver.accept(cell.value());
        disruptor.handleEventsWith(handler);
        ring = disruptor.start();
        this.claims = claims;
    }

    static InPlaceLane claiming(WaitStrategy waitStrategy, LongConsumer receiver) {
        return new DisruptorInPlaceLane(waitStrategy, receiver, true);
    }

    static InPlaceLane translating(WaitStrategy waitStrategy, LongConsumer receiver) {
        return new DisruptorInPlaceLane(waitStrategy, receiver, false);
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
