package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.bus.WaitStrategy;
import java.util.List;
import java.util.stream.Stream;

/**
 * A ring for each topic, and one thread that polls them in turn, and yields when all are empty; messages go to the rings in
 * turn. For one publishing thread.
 *
 * <p>See <a
 * href="https://lmax-exchange.github.io/disruptor/javadoc/com.lmax.disruptor/com/lmax/disruptor/EventPoller.html">the poller's
 * documentation</a>.
 */
final class DisruptorPolledRings implements Lane {
    private final Turns<RingBuffer<ReferenceSlot>> rings;
    private final HandlerThread handler;

    DisruptorPolledRings(int topics, Receiver receiver) {
        List<RingBuffer<ReferenceSlot>> all = Stream.generate(
                        () -> ReferenceSlot.disruptor(ProducerType.MULTI, WaitStrategy.YIELDING)
                                .getRingBuffer())
                .limit(topics)
                .toList();
        List<EventPoller<ReferenceSlot>> pollers =
                all.stream().map(RingBuffer::newPoller).toList();
        for (int i = 0; i < topics; i++) {
            all.get(i).addGatingSequences(pollers.get(i).getSequence());
        }
        rings = new Turns<>(all);
        EventPoller.Handler<ReferenceSlot> one = (slot, sequence, endOfBatch) -> {
            receiver.receive(slot.message());
            return true;
        };
        handler = new HandlerThread(() -> pollAll(pollers, one));
    }

    private static void pollAll(List<EventPoller<ReferenceSlot>> pollers, EventPoller.Handler<ReferenceSlot> handler) {
        boolean any = false;
        for (EventPoller<ReferenceSlot> poller : pollers) {
            any |= poll(poller, handler) == EventPoller.PollState.PROCESSING;
        }
        if (!any) {
            Thread.yield();
        }
    }

    private static EventPoller.PollState poll(
            EventPoller<ReferenceSlot> poller, EventPoller.Handler<ReferenceSlot> handler) {
        try {
            return poller.poll(handler);
        } catch (Exception wrongMessage) {
            throw new IllegalStateException("the receiver failed", wrongMessage);
        }
    }

    @Override
    public void publish(Message message) {
        ReferenceSlot.publish(rings.next(), message);
    }

    @Override
    public void close() {
        handler.close();
    }
}
