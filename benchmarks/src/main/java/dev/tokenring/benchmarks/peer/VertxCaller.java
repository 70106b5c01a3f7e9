package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/**
 * A request over the event bus of Vert.x to one local consumer, by reference, with delivery options made once. There is one
 * event loop, on which both the consumer and the reply are handled: with more of them, as many as two a processor by
 * default, the reply is handed from one loop's thread to another's before the caller can have it, which only costs. A caller
 * on a thread of its own has to be woken from there; a spinning one spares that.
 *
 * <p>See <a href="https://vertx.io/docs/vertx-core/java/#event_bus">its manual</a> on the event bus and message codecs.
 */
final class VertxCaller implements Caller {
    private static final String ADDRESS = "echo";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final EventBus bus = vertx.eventBus().registerDefaultCodec(Message.class, new ByReferenceCodec());
    private final DeliveryOptions local = new DeliveryOptions().setLocalOnly(true);
    private final boolean spins;

    VertxCaller(boolean spins) {
        this.spins = spins;
        bus.<Message>localConsumer(ADDRESS, request -> request.reply(request.body(), local));
    }

    @Override
    public Message ask(Message request) {
        Future<io.vertx.core.eventbus.Message<Message>> reply = bus.request(ADDRESS, request, local);
        if (spins) {
            while (!reply.isComplete()) {
                Thread.onSpinWait();
            }
        }
        return reply.toCompletionStage().toCompletableFuture().join().body();
    }

    @Override
    public void close() {
        VertxLane.close(vertx);
    }
}
