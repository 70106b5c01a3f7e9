package dev.tokenring.benchmarks.peer;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The event bus of Vert.x: sent to one local consumer, by reference, with delivery options made once. One event loop is all
 * that one consumer can use. Nothing holds back whoever sends from outside of an event loop, so what is in flight is
 * bounded by the length of a benchmark's round.
 *
 * <p>See <a href="https://vertx.io/docs/vertx-core/java/#event_bus">its manual</a> on the event bus and message
 * codecs.
 */
final class VertxLane implements Lane {
    private static final String ADDRESS = "lane";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final EventBus bus = vertx.eventBus().registerDefaultCodec(Message.class, new ByReferenceCodec());
    private final DeliveryOptions local = new DeliveryOptions().setLocalOnly(true);

    VertxLane(Receiver receiver) {
        bus.<Message>localConsumer(ADDRESS, received -> receiver.receive(received.body()));
    }

    @Override
    public void publish(Message message) {
        bus.send(ADDRESS, message, local);
    }

    @Override
    public void close() {
        close(vertx);
    }

    /** Waits until Vert.x has ended its threads. */
    static void close(Vertx vertx) {
        try {
            vertx.close().await(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Vert.x did not close within 10 s", e);
        }
    }
}
