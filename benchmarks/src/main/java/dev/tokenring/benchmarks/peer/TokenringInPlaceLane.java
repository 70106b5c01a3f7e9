package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Claim;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;
import java.util.function.LongConsumer;

/** The bus, with a topic in place that has a single publisher. */
final class TokenringInPlaceLane implements InPlaceLane {
    private final Bus bus = Bus.open();
    private final Cell argument = new Cell();
    private final Publisher<Cell> publisher;
    private final boolean claims;

    private TokenringInPlaceLane(WaitStrategy waitStrategy, LongConsumer receiver, boolean claims) {
        Topic<Cell> topic = Topic.inPlace("lane", Cell.class, Cell::new)
                .withCapacity(Lane.CAPACITY)
                .withWaitStrategy(waitStrategy)
                .withSinglePublisher();
        bus.subscribe(topic, (cell, context) -> receiver.accept(cell.value()));
        publisher = bus.publisher(topic);
        this.claims = claims;
    }

    static InPlaceLane claiming(WaitStrategy waitStrategy, LongConsumer receiver) {
        return new TokenringInPlaceLane(waitStrategy, receiver, true);
    }

    static InPlaceLane filling(WaitStrategy waitStrategy, LongConsumer receiver) {
        return new TokenringInPlaceLane(waitStrategy, receiver, false);
    }

    @Override
    public void publish(long value) {
        if (claims) {
            try (Claim<Cell> claim = publisher.claim()) {
                claim.message().set(value);
                claim.commit();
            }
        } else {
            argument.set(value);
            publisher.publishInPlace(argument, (cell, from) -> cell.set(from.value()));
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
