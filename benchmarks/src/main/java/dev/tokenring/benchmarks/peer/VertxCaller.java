package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/**
 * A request over the event bus of Vert.x to one local consumer, by reference, with delivery options made once. The reply
 * comes back on an event loop, from which a caller on a thread of its own has to be woken; a spinning one spares that.
 */
final class VertxCaller implements Caller {
    private static final String ADDRESS = "echo";

    private final Vertx vertx = Vertx.vertx();
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
