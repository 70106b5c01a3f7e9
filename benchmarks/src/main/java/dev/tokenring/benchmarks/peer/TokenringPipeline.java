package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;

/** A topic before each stage; each stage publishes to the topic of the next. */
final class TokenringPipeline implements Lane {
    private final Bus bus = Bus.open();
    private final Publisher<Message> first;

    TokenringPipeline(WaitStrategy waitStrategy, Receiver... stages) {
        int last = stages.length - 1;
        Topic<Message> topic = topic(last, waitStrategy);
        Receiver lastStage = stages[last];
        bus.subscribe(topic, (message, context) -> lastStage.receive(message));
        for (int i = last - 1; i >= 0; i--) {
            Publisher<Message> next = bus.publisher(topic);
            Receiver stage = stages[i];
            topic = topic(i, waitStrategy);
            bus.subscribe(topic, (message, context) -> {
                stage.receive(message);
                next.publish(message);
            });
        }
        first = bus.publisher(topic);
    }

    private static Topic<Message> topic(int stage, WaitStrategy waitStrategy) {
        return Topic.of("stage." + stage, Message.class)
                .withCapacity(CAPACITY)
                .withWaitStrategy(waitStrategy)
                .withSinglePublisher();
    }

    @Override
    public void publish(Message message) {
        first.publish(message);
    }

    @Override
    public void close() {
        bus.close();
    }
}
