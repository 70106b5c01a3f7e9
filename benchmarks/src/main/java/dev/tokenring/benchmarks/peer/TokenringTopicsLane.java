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
    private final Turns<Publisher<Message>> turns;

    TokenringTopicsLane(Execution execution, WaitStrategy waitStrategy, Receiver... receivers) {
        List<Publisher<Message>> publishers = new ArrayList<>();
        for (Receiver receiver : receivers) {
            Topic<Message> topic = Topic.of("lane." + publishers.size(), Message.class)
                    .withCapacity(CAPACITY)
                    .withWaitStrategy(waitStrategy);
            bus.subscription(topic).on(execution).handle((message, context) -> receiver.receive(message));
            publishers.add(bus.publisher(topic));
        }
        turns = new Turns<>(publishers);
    }

    @Override
    public void publish(Message message) {
        turns.next().publish(message);
    }

    @Override
    public void close() {
        bus.close();
    }
}
