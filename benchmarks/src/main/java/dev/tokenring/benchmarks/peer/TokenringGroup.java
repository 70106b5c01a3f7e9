package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;

/** A topic with a group, whose members have threads of their own. */
final class TokenringGroup implements Lane {
    private final Bus bus = Bus.open();
    private final Publisher<Message> publisher;

    TokenringGroup(WaitStrategy waitStrategy, Receiver... members) {
        Topic<Message> topic =
                Topic.of("work", Message.class).withCapacity(CAPACITY).withWaitStrategy(waitStrategy);
        for (Receiver member : members) {
            bus.subscription(topic).group("members").handle((message, context) -> member.receive(message));
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
