package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;

/** The bus, used as its guide says for whoever publishes often: through a publisher. */
final class TokenringLane implements Lane {
    private final Bus bus = Bus.open();
    private final Publisher<Message> publisher;

    TokenringLane(WaitStrategy waitStrategy, Receiver... receivers) {
        Topic<Message> topic =
                Topic.of("lane", Message.class).withCapacity(CAPACITY).withWaitStrategy(waitStrategy);
        for (Receiver receiver : receivers) {
            bus.subscribe(topic, (message, context) -> receiver.receive(message));
        }
        publisher = bus.publisher(topic);
    }

    @Override
    public void publish(Message message) {
        publisher.publish(message);
    }

    @Override
    public void close() {
        bus.close();
    }
}
