package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;

/** One bus, on which each pair of a publisher and a handler has a topic of its own. Any thread may open one. */
public final class TokenringPairs implements AutoCloseable {
    private final Bus bus = Bus.open();

    /** Opens the topic with this number, as the lane of one pair; it is closed before the bus is. */
    public Lane open(int number, WaitStrategy waitStrategy, Receiver receiver) {
        Topic<Message> topic = Topic.of("pair." + number, Message.class)
                .withCapacity(Lane.CAPACITY)
                .withWaitStrategy(waitStrategy);
        Subscription subscription = bus.subscribe(topic, (message, context) -> receiver.receive(message));
        return new Pair(bus.publisher(topic), subscription);
    }

    private record Pair(Publisher<Message> publisher, Subscription subscription) implements Lane {
        @Override
        public void publish(Message message) {
            publisher.publish(message);
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
