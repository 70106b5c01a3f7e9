package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;

/**
 * A ring whose handlers each look at all slots, and handle every nth. Since version 4 the Disruptor has no pool of workers
 * any more; this is how its users share out events among handlers. Nobody takes anything from anybody, so no two members
 * write to the same place, which no queue can say.
 *
 * <p>See <a href="https://github.com/LMAX-Exchange/disruptor/wiki/Frequently-Asked-Questions">its answers to frequent
 * questions</a>, which recommend just that where each event is to be handled once.
 */
final class DisruptorFixedShares implements Lane {
    private final Disruptor<ReferenceSlot> disruptor;
    private final RingBuffer<ReferenceSlot> ring;

    DisruptorFixedShares(WaitStrategy waitStrategy, Receiver... members) {
        disruptor = ReferenceSlot.disruptor(ProducerType.MULTI, waitStrategy);
        for (int i = 0; i < members.length; i++) {
            int number = i;
            Receiver member = members[i];
            disruptor.handleEventsWith((slot, sequence, endOfBatch) -> {
                if (sequence % members.length == number) {
                    member.receive(slot.message());
                }
            });
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
