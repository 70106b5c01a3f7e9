package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.WaitStrategy;
import java.util.List;
import java.util.stream.Stream;

/** A Disruptor with a thread for each receiver; messages go to them in turn. For one publishing thread. */
final class DisruptorTopicsLane implements Lane {
    private final List<DisruptorLane> lanes;
    private final Turns<DisruptorLane> turns;

    DisruptorTopicsLane(WaitStrategy waitStrategy, Receiver... receivers) {
        lanes = Stream.of(receivers)
                .map(receiver -> new DisruptorLane(waitStrategy, receiver))
                .toList();
        turns = new Turns<>(lanes);
    }

    @Override
    public void publish(Message message) {
        turns.next().publish(message);
    }

    @Override
    public void close() {
        lanes.forEach(DisruptorLane::close);
    }
}
