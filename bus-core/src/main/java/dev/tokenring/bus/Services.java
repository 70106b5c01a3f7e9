package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.request.Exchange;
import dev.tokenring.bus.ring.Ring;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who serves what, and the way of a request to its handler. Each serving has a ring of its own, which ends with it, so
 * that every request is either handled, failed by the sweep of that ring, or refused.
 */
final class Services {
    private final Lifecycle lifecycle;
    private final Guard guard;
    private final Map<String, Server<?, ?>> servers = new ConcurrentHashMap<>();

    private record Server<Q, R>(Service<Q, R> service, Ring<Exchange<Q, R>> ring) {}

    Services(Lifecycle lifecycle, Guard guard) {
        this.lifecycle = lifecycle;
        this.guard = guard;
    }

    <Q, R> Subscription serve(Service<Q, R> service, StreamHandler<? super Q, R> handler) {
        return lifecycle.whileOpen("serve " + service.name(), () -> {
            if (servers.containsKey(service.name())) {
                throw new IllegalStateException("service " + service.name()
                        + " has a handler already: close the subscription that serve returned for it first");
            }
            Ring<Exchange<Q, R>> ring = lifecycle.newRing(service.capacity(), service.waitStrategy());
            var dispatcher = new Dispatcher<Exchange<Q, R>>(
                    lifecycle,
                    service.name(),
                    "service",
                    ring,
                    // One by one, so that a slot is taken by a request that waits or is being answered, never by an old
                    // one.
                    1,
                    (exchange, context) -> exchange.answerWith(handler),
                    this::abandon,
                    guard);
            var server = new Server<>(service, ring);
            servers.put(service.name(), server);
            return lifecycle.start(
                    dispatcher, subscription -> unserve(server, subscription), () -> lifecycle.forgetRing(ring));
        });
    }

    private void unserve(Server<?, ?> server, Subscription subscription) {
        if (servers.remove(server.service().name(), server)) {
            Dispatcher<?> dispatcher = subscription.dispatcher();
            server.ring().end();
            if (!lifecycle.awaitEnd(dispatcher) && !dispatcher.isOnOwnThread()) {
                dispatcher.stop();
                dispatcher.abandonUnread();
            }
        }
    }

    private void abandon(Exchange<?, ?> exchange) {
        if (lifecycle.isClosing()) {
            exchange.fail(RequestFailure.CLOSED, "the bus closed before the reply was complete", null);
        } else {
            exchange.fail(RequestFailure.NO_HANDLER, "its handler stopped serving before the reply was complete", null);
        }
    }

    /** Brings a request to its handler, or fails it. */
    <Q, R> void ask(Service<Q, R> service, Exchange<Q, R> exchange) {
        if (!lifecycle.accepts()) {
            refuse(exchange);
            return;
        }
        Server<Q, R> server = serverOf(service);
        if (server == null) {
            exchange.fail(RequestFailure.NO_HANDLER, "nobody serves it on this bus", null);
            return;
        }
        if (!exchange.armDeadline(lifecycle.timer())) {
            refuse(exchange);
            return;
        }
        switch (server.ring().offer(exchange, exchange.headers())) {
            case PUBLISHED -> {}
            case BACK_PRESSURED ->
                exchange.fail(
                        RequestFailure.OVERLOADED,
                        server.service().capacity() + " requests are waiting or being answered",
                        null);
            case CLOSED, NO_SUBSCRIPTION -> {
                if (lifecycle.isClosing()) {
                    refuse(exchange);
                } else {
                    exchange.fail(RequestFailure.NO_HANDLER, "its handler has just stopped serving", null);
                }
            }
        }
    }

    private void refuse(Exchange<?, ?> exchange) {
        lifecycle.countRefusal();
        exchange.fail(RequestFailure.CLOSED, "the bus is closed", null);
    }

    @SuppressWarnings("unchecked") // the types are compared
    private <Q, R> @Nullable Server<Q, R> serverOf(Service<Q, R> service) {
        Server<?, ?> server = servers.get(service.name());
        if (server == null) {
            return null;
        }
        Service<?, ?> served = server.service();
        if (served.requestType() != service.requestType() || served.replyType() != service.replyType()) {
            throw new IllegalArgumentException("this bus serves " + served + ", which differs from " + service
                    + ": use the same description everywhere, or another name");
        }
        return (Server<Q, R>) server;
    }
}
