package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.TopicPattern;
import dev.tokenring.bus.WaitStrategy;
import java.util.stream.IntStream;

/** Many topics, and one subscription to all of them; messages go to the topics in turn. For one publishing thread. */
final class TokenringFanIn implements Lane {
    private final Bus bus = Bus.open();
    private final Turns<Publisher<Message>> publishers;

    TokenringFanIn(WaitStrategy waitStrategy, int topics, Receiver receiver) {
        bus.subscribe(TopicPattern.of("source.*", Message.class), (message, context) -> receiver.receive(message));
        publishers = new Turns<>(IntStream.range(0, topics)
                .mapToObj(i -> bus.publisher(Topic.of("source." + i, Message.class)
                        .withCapacity(CAPACITY)
                        .withWaitStrategy(waitStrategy)))
                .toList());
    }

    @Override
    public void publish(Message message) {
        publishers.next().publish(message);
    }

    @Override
    public void close() {
        bus.close();
    }
}
