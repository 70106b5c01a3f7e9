package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Loop;
import dev.tokenring.bus.request.Answerer;
import dev.tokenring.bus.request.Deadlines;
import dev.tokenring.bus.request.Exchange;
import dev.tokenring.bus.request.ReplyFuture;
import dev.tokenring.bus.request.SingleReply;
import dev.tokenring.bus.request.StreamReply;
import dev.tokenring.bus.request.Surroundings;
import dev.tokenring.bus.request.Terms;
import dev.tokenring.bus.thread.Scope;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who serves what, and the way of a request to its handler. */
final class Services {
    /** What a responder is called that was given no name. */
    static final String UNNAMED = "service";

    private static final long RETIRE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Lifecycle lifecycle;
    private final Deadlines deadlines;
    private final Map<String, Desk<?, ?>> desks = new ConcurrentHashMap<>();
    private final Surroundings surroundings = new Surroundings() {
        @Override
        public void tell(Runnable news) {
            lifecycle.tellers().tell(news);
        }

        @Override
        public void userCodeThrew(String service, Throwable thrown) {
            lifecycle.guard().caught(service, UNNAMED, thrown);
        }

        @Override
        public boolean isStepping() {
            return lifecycle.isStepping();
        }
    };

    Services(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
        this.deadlines = new Deadlines(lifecycle.timers());
    }

    Collection<Desk<?, ?>> desks() {
        return desks.values();
    }

    // ---- serving

    /** How a handler is called unless told otherwise. */
    ServingSpec plain() {
        return ServingSpec.plain(lifecycle.stuckRule());
    }

    <Q, R> Subscription serve(Service<Q, R> service, ServingSpec spec, Answerer<Q, R> handler, boolean asynchronous) {
        String name = spec.name();
        return lifecycle.whileOpen("serve " + service.name(), () -> {
            Desk<Q, R> desk = typed(desks.computeIfAbsent(service.name(), absent -> newDesk(service)), service);
            if (!desk.service().isServedLike(service)) {
                throw new IllegalArgumentException("this bus serves " + service.name() + " with "
                        + desk.service().manner() + ", so not with " + service.manner()
                        + " beside that: use the same description everywhere, or another name");
            }
            if (desk.named(name) != null) {
                throw new IllegalStateException("service " + service.name() + " has a handler already"
                        + (name.equals(UNNAMED) ? "" : " of the name " + name)
                        + ": replace it, close the subscription that serve returned for it first, or give the second one"
                        + " another name to serve beside it");
            }
            var responder = new Responder<>(
                    lifecycle,
                    service,
                    name,
                    spec.execution(),
                    intercepted(service, name, handler),
                    asynchronous,
                    this::abandon);
            lifecycle.add(responder.ring());
            lifecycle.add(responder);
            deadlines.add(responder);
            var subscription = new Subscription(service.name(), name, closed -> unserve(desk, responder));
            subscription.add(responder.dispatcher());
            desk.add(responder);
            // Its last other responder may have been closed meanwhile, and the desk with it.
            desks.put(service.name(), desk);
            Loop loop = lifecycle
                    .threads()
                    .loopFor(spec.execution(), "tokenring-" + service.name() + "-" + name, service.waitStrategy());
            boolean onThreadOfTheBus = spec.execution().executor() == null;
            Runnable unwatch = lifecycle.watch(
                    responder.dispatcher(), spec.stuck(), onThreadOfTheBus, () -> close(desk, responder));
            lifecycle.start(responder.dispatcher(), loop, () -> {
                unwatch.run();
                lifecycle.remove(responder.ring());
                retire(desk, responder);
            });
            return subscription;
        });
    }

    /** Forgets a responder that gets no more requests, once those it will complete later are over. */
    private <Q, R> void retire(Desk<Q, R> desk, Responder<Q, R> responder) {
        if (responder.open() == 0) {
            desk.forget(responder);
            deadlines.remove(responder);
            lifecycle.remove(responder);
        } else {
            Timers timers = lifecycle.timers();
            timers.at(timers.clock().nanoTime() + RETIRE_NS, () -> retire(desk, responder));
        }
    }

    private <Q, R> void unserve(Desk<Q, R> desk, Responder<Q, R> responder) {
        if (close(desk, responder)) {
            Dispatcher<?> dispatcher = responder.dispatcher();
            if (!lifecycle.awaitEnd(dispatcher) && !dispatcher.isOnOwnThread()) {
                dispatcher.stop();
                dispatcher.abandonUnread();
            }
        }
    }

    /** Has a responder get no more requests than it has; false if that is so already. */
    private <Q, R> boolean close(Desk<Q, R> desk, Responder<Q, R> responder) {
        if (!desk.remove(responder)) {
            return false;
        }
        desks.computeIfPresent(
                desk.service().name(),
                (name, present) -> present == desk && desk.responders().isEmpty() ? null : present);
        responder.ring().end();
        return true;
    }

    void abandon(Exchange<?, ?> exchange) {
        if (lifecycle.isClosing()) {
            exchange.fail(RequestFailure.CLOSED, "the bus closed before the reply was complete", null);
        } else {
            exchange.fail(RequestFailure.NO_HANDLER, "its handler stopped serving before the reply was complete", null);
        }
    }

    <Q, R> void replace(Service<Q, R> service, String name, Answerer<Q, R> successor, boolean asynchronous) {
        lifecycle.whileOpen("replace a handler of " + service.name(), () -> {
            Desk<Q, R> desk = deskOf(service);
            Responder<Q, R> responder = desk.named(name);
            if (responder == null) {
                throw new IllegalStateException("service " + service.name() + " has no handler"
                        + (name.equals(UNNAMED) ? "" : " of the name " + name) + " to replace: serve it");
            }
            responder.replaceHandler(intercepted(service, name, successor), asynchronous);
            return responder;
        });
    }

    private <Q, R> Answerer<Q, R> intercepted(Service<Q, R> service, String name, Answerer<Q, R> handler) {
        Interception interception = lifecycle.interception();
        return interception == null ? handler : interception.aroundAnswers(service.name(), name, handler);
    }

    // ---- asking

    <Q, R> CompletableFuture<R> request(Service<Q, R> service, Q request, Headers headers, Duration timeout) {
        Desk<Q, R> desk = deskOf(service);
        Headers sent = intercepted(service, request, headers);
        long nowNs = lifecycle.timers().clock().nanoTime();
        var exchange = new SingleReply<>(desk.terms(), request, sent, nowNs, deadlineNs(nowNs, timeout, sent));
        ask(desk, null, exchange);
        watchReply(service, sent, nowNs, exchange);
        return exchange.future();
    }

    private <Q> Headers intercepted(Service<Q, ?> service, Q request, Headers headers) {
        Interception interception = lifecycle.interception();
        return interception == null ? headers : interception.onPublish(service.name(), request, headers);
    }

    private void watchReply(Service<?, ?> service, Headers headers, long askedNs, SingleReply<?, ?> exchange) {
        Interception interception = lifecycle.interception();
        if (interception != null) {
            interception.onReply(service.name(), headers, askedNs, exchange.future());
        }
    }

    <Q, R> void stream(
            Service<Q, R> service,
            Q request,
            Headers headers,
            Duration timeout,
            Flow.Subscriber<? super R> subscriber) {
        requireNonNull(subscriber, "subscriber");
        Desk<Q, R> desk;
        Headers sent;
        try {
            desk = deskOf(service);
            sent = intercepted(service, request, headers);
        } catch (RuntimeException differentServiceOrNotLetThrough) {
            Refused.subscriber(subscriber, differentServiceOrNotLetThrough);
            return;
        }
        long nowNs = lifecycle.timers().clock().nanoTime();
        Interception interception = lifecycle.interception();
        var exchange = new StreamReply<Q, R>(
                desk.terms(),
                request,
                sent,
                nowNs,
                deadlineNs(nowNs, timeout, sent),
                interception == null ? subscriber : interception.onReply(service.name(), sent, nowNs, subscriber));
        exchange.begin();
        if (exchange.isOver()) {
            desk.countWithoutSlot();
        } else {
            ask(desk, null, exchange);
        }
    }

    <Q, R> CompletableFuture<Gathered<R>> gather(
            Service<Q, R> service, Q request, Headers headers, Gather how, Duration timeout) {
        Desk<Q, R> desk = deskOf(service);
        if (!lifecycle.accepts()) {
            lifecycle.countRefusal();
            return CompletableFuture.failedFuture(
                    new RequestException(service.name(), RequestFailure.CLOSED, refusal(), null));
        }
        List<Responder<Q, R>> asked = desk.responders();
        var gathering = new Gathering<R>(service.name(), how, asked.size(), ReplyFuture.in(surroundings));
        long nowNs = lifecycle.timers().clock().nanoTime();
        for (Responder<Q, R> responder : asked) {
            Headers sent = intercepted(service, request, headers);
            var exchange = new SingleReply<>(desk.terms(), request, sent, nowNs, deadlineNs(nowNs, timeout, sent));
            gathering.add(exchange.future());
            ask(desk, responder, exchange);
            watchReply(service, sent, nowNs, exchange);
        }
        return gathering.result();
    }

    /** The earliest of what the caller says, what the headers say, and what the request being handled has left. */
    private long deadlineNs(long nowNs, Duration timeout, Headers headers) {
        long deadlineNs = nowNs + timeout.toNanos();
        Instant byHeaders = headers.deadline();
        if (byHeaders != null) {
            deadlineNs = Math.min(deadlineNs - nowNs, leftNs(byHeaders)) + nowNs;
        }
        Exchange<?, ?> outer = beingHandled();
        if (outer != null && outer.deadlineNs() - deadlineNs < 0) {
            return outer.deadlineNs();
        }
        return deadlineNs;
    }

    /** The request that what is asked for on this thread is needed for; null if there is none. */
    private static @Nullable Exchange<?, ?> beingHandled() {
        return Scope.current() instanceof Exchange<?, ?> handled && !handled.isAnswered() ? handled : null;
    }

    private long leftNs(Instant deadline) {
        Duration left = Duration.between(lifecycle.timers().clock().instant(), deadline);
        return left.compareTo(Service.MAX_TIMEOUT) > 0 ? Service.MAX_TIMEOUT.toNanos() : left.toNanos();
    }

    /**
     * Brings a request to a handler, or fails it.
     *
     * @param only which one; null for the one that has least to do
     */
    private <Q, R> void ask(Desk<Q, R> desk, @Nullable Responder<Q, R> only, Exchange<Q, R> exchange) {
        if (!lifecycle.accepts()) {
            desk.countWithoutSlot();
            refuse(exchange);
            return;
        }
        Exchange<?, ?> outer = beingHandled();
        if (outer != null) {
            outer.breaksOff(exchange);
        }
        switch (only == null ? desk.offer(exchange) : desk.offer(exchange, only)) {
            case PUBLISHED -> deadlines.lookBy(exchange.deadlineNs());
            case BACK_PRESSURED ->
                exchange.fail(
                        RequestFailure.OVERLOADED,
                        desk.service().capacity() + " requests are waiting or being answered",
                        null);
            case NO_SUBSCRIPTION -> exchange.fail(RequestFailure.NO_HANDLER, "nobody serves it on this bus", null);
            case CLOSED -> {
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
        exchange.fail(RequestFailure.CLOSED, refusal(), null);
    }

    private String refusal() {
        return "bus " + lifecycle.busName() + " is closed: open another bus, or stop using this one";
    }

    /** What a stream's end is made known by, for those who only wait for that. */
    CompletableFuture<Void> endOfStream() {
        return ReplyFuture.in(surroundings);
    }

    /** Where to ask; a desk without responders if nobody serves it. */
    private <Q, R> Desk<Q, R> deskOf(Service<Q, R> service) {
        Desk<?, ?> desk = desks.get(service.name());
        return desk == null ? newDesk(service) : typed(desk, service);
    }

    private static <Q, R> Desk<Q, R> typed(Desk<?, ?> desk, Service<Q, R> service) {
        Service<?, ?> known = desk.service();
        if (known != service
                && (known.requestType() != service.requestType() || known.replyType() != service.replyType())) {
            throw new IllegalArgumentException("this bus serves " + known + ", which differs from " + service
                    + ": use the same description everywhere, or another name");
        }
        @SuppressWarnings("unchecked") // the types are compared
        Desk<Q, R> typed = (Desk<Q, R>) desk;
        return typed;
    }

    private <Q, R> Desk<Q, R> newDesk(Service<Q, R> service) {
        var terms = new Terms<R>(service.name(), lifecycle.timers().clock(), service.merge(), surroundings);
        return new Desk<>(service, terms);
    }
}
