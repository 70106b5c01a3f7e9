package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Execution;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A topic for both sides, and one for what each of them is done with. One event loop handles the last two, so the join needs
 * no lock; both come in the order in which they were published, so a message belongs to the one that has waited longest.
 */
final class TokenringDiamond implements Lane {
    private static final Execution JOIN = Execution.eventLoop("join");

    private final Bus bus = Bus.open();
    private final Publisher<Message> publisher;
    private final Receiver join;
    private final Queue<Message> fromLeft = new ArrayDeque<>();
    private final Queue<Message> fromRight = new ArrayDeque<>();

    TokenringDiamond(WaitStrategy waitStrategy, Receiver left, Receiver right, Receiver join) {
        this.join = join;
        Topic<Message> topic = topic("in", waitStrategy);
        addSide(topic, "left", left, waitStrategy, fromLeft, fromRight);
        addSide(topic, "right", right, waitStrategy, fromRight, fromLeft);
        publisher = bus.publisher(topic);
    }

    private static Topic<Message> topic(String name, WaitStrategy waitStrategy) {
        return Topic.of("diamond." + name, Message.class)
                .withCapacity(CAPACITY)
                .withWaitStrategy(waitStrategy)
                .withSinglePublisher();
    }

    private void addSide(
            Topic<Message> from,
            String name,
            Receiver side,
            WaitStrategy waitStrategy,
            Queue<Message> mine,
            Queue<Message> others) {
        Topic<Message> done = topic(name, waitStrategy);
        bus.subscription(done).on(JOIN).handle((message, context) -> meet(message, mine, others));
        Publisher<Message> next = bus.publisher(done);
        bus.subscribe(from, (message, context) -> {
            side.receive(message);
            next.publish(message);
        });
    }

    @SuppressWarnings("ReferenceEquality") // it went both ways
    private void meet(Message message, Queue<Message> mine, Queue<Message> others) {
        Message other = others.poll();
        if (other == null) {
            mine.add(message);
        } else if (other == message) {
            join.receive(message);
        } else {
            throw new IllegalStateException(message + " met " + other);
        }
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
