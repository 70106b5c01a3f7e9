package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayList;
import java.util.List;

/** A Disruptor with a thread for each receiver; messages go to them in turn. For one publishing thread. */
final class DisruptorTopicsLane implements Lane {
    private final List<DisruptorLane> lanes = new ArrayList<>();
    private int next;

    DisruptorTopicsLane(WaitStrategy waitStrategy, Receiver... receivers) {
        for (Receiver receiver : receivers) {
            lanes.add(new DisruptorLane(waitStrategy, receiver));
        }
    }

    @Override
    public void publish(Message message) {
        lanes.get(next).publish(message);
        next = next + 1 == lanes.size() ? 0 : next + 1;
    }

    @Override
    public void close() {
        lanes.forEach(DisruptorLane::close);
    }
}
