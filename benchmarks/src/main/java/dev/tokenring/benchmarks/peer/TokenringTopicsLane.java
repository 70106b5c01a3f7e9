package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Execution;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayList;
import java.util.List;

/** One bus with a topic for each receiver; messages go to the topics in turn. For one publishing thread. */
final class TokenringTopicsLane implements Lane {
    private final Bus bus = Bus.open();
    private final List<Publisher<Message>> publishers = new ArrayList<>();
    private int next;

    TokenringTopicsLane(Execution execution, WaitStrategy waitStrategy, Receiver... receivers) {
        for (Receiver receiver : receivers) {
            Topic<Message> topic = Topic.of("lane." + publishers.size(), Message.class)
                    .withCapacity(CAPACITY)
                    .withWaitStrategy(waitStrategy);
            bus.subscription(topic).on(execution).handle((message, context) -> receiver.receive(message));
            publishers.add(bus.publisher(topic));
        }
    }

    @Override
    public void publish(Message message) {
        publishers.get(next).publish(message);
        next = next + 1 == publishers.size() ? 0 : next + 1;
    }

    @Override
    public void close() {
        bus.close();
    }
}
