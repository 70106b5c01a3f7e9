package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.BusThread;
import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.failure.DistinctErrors;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.request.SingleReply;
import dev.tokenring.bus.request.StreamReply;
import dev.tokenring.bus.ring.Ring;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A message bus inside this JVM: it owns topics, services, their threads and timers.
 *
 * <pre>{@code
 * try (Bus bus = Bus.open()) {
 *     bus.subscribe(ALERTS, (alert, context) -> pager.page(alert));
 *     bus.serve(DIALOGUE, (query, context) -> answer(query));
 *
 *     bus.publish(ALERTS, new Alert("queue is filling"));
 *     NlpResponse response = bus.request(DIALOGUE, query, Duration.ofSeconds(5)).join();
 * }
 * }</pre>
 *
 * <p>A subscription sees the messages of one publishing thread in the order in which they were published. Each handler has
 * a thread of its own, named after its topic and subscription; all threads are daemons and end with the bus.
 *
 * <p>Safe for use by any thread.
 */
public final class Bus implements AutoCloseable {
    private final BusOptions options;
    private final Guard guard;
    private final Lifecycle lifecycle;
    private final Services services;
    private final Map<String, Publisher<?>> publishers = new ConcurrentHashMap<>();
    private final AtomicLong subscriptionNumber = new AtomicLong();

    private Bus(BusOptions options) {
        this.options = options;
        ErrorSink chosen = options.errorSink();
        guard = new Guard(chosen != null ? chosen : new DistinctErrors(System.getLogger("dev.tokenring.bus")));
        lifecycle = new Lifecycle(options);
        services = new Services(lifecycle, guard);
    }

    /**
     * Opens a bus with {@linkplain BusOptions#DEFAULT default options}.
     *
     * @return an open bus; close it when done
     */
    public static Bus open() {
        return open(BusOptions.DEFAULT);
    }

    /**
     * Opens a bus.
     *
     * @param options what to choose
     * @return an open bus; close it when done
     */
    public static Bus open(BusOptions options) {
        return new Bus(requireNonNull(options, "options"));
    }

    /**
     * The name of the bus.
     *
     * @return the name given with {@link BusOptions#withName}
     */
    public String name() {
        return options.name();
    }

    /**
     * Gives a publisher for a topic, which the bus then has.
     *
     * @param <T> the type of the messages
     * @param topic the topic
     * @return a publisher for any number of messages and threads
     * @throws IllegalArgumentException if the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <T> Publisher<T> publisher(Topic<T> topic) {
        requireNonNull(topic, "topic");
        Publisher<?> known = publishers.get(topic.name());
        if (known == null) {
            known = addPublisher(topic);
        }
        if (!known.topic().equals(topic)) {
            throw new IllegalArgumentException("bus " + name() + " has " + known.topic() + ", which differs from "
                    + topic + ": use the same description everywhere, or another name");
        }
        @SuppressWarnings("unchecked") // its topic equals this one, type included
        Publisher<T> publisher = (Publisher<T>) known;
        return publisher;
    }

    private Publisher<?> addPublisher(Topic<?> topic) {
        return lifecycle.whileOpen(
                "add topic " + topic.name(),
                () -> publishers.computeIfAbsent(topic.name(), absent -> newPublisher(topic)));
    }

    private <T> Publisher<T> newPublisher(Topic<T> topic) {
        return new Publisher<>(lifecycle, topic, lifecycle.newRing(topic.capacity(), topic.waitStrategy()));
    }

    /**
     * Publishes a message without headers; waits while the topic's ring is full. See {@link Publisher#publish(Object,
     * Headers)}, which is the faster way for many messages.
     *
     * @param <T> the type of the messages
     * @param topic where to publish
     * @param message the message
     * @throws BusClosedException if the bus is closing or closed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting; the message was not published
     */
    public <T> void publish(Topic<T> topic, T message) {
        publisher(topic).publish(message);
    }

    /**
     * Publishes a message; waits while the topic's ring is full. See {@link Publisher#publish(Object, Headers)}, which is
     * the faster way for many messages.
     *
     * @param <T> the type of the messages
     * @param topic where to publish
     * @param message the message
     * @param headers what travels beside it
     * @throws BusClosedException if the bus is closing or closed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting; the message was not published
     */
    public <T> void publish(Topic<T> topic, T message, Headers headers) {
        publisher(topic).publish(message, headers);
    }

    /**
     * Publishes a message without headers, or says at once why not.
     *
     * @param <T> the type of the messages
     * @param topic where to publish
     * @param message the message
     * @return what became of it
     */
    public <T> PublishOutcome tryPublish(Topic<T> topic, T message) {
        if (!lifecycle.accepts()) {
            lifecycle.countRefusal();
            return PublishOutcome.CLOSED;
        }
        Publisher<T> publisher;
        try {
            publisher = publisher(topic);
        } catch (BusClosedException newTopicTooLate) {
            lifecycle.countRefusal();
            return PublishOutcome.CLOSED;
        }
        return publisher.tryPublish(message);
    }

    /**
     * Subscribes a handler to a topic: it gets each message whose publishing starts after this call.
     *
     * @param <T> the type of the messages
     * @param topic what to read
     * @param handler gets the messages, one after the other
     * @return the subscription, which lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <T> Subscription subscribe(Topic<T> topic, Handler<? super T> handler) {
        return subscribe(topic, "subscription-" + subscriptionNumber.incrementAndGet(), handler);
    }

    /**
     * Subscribes a handler to a topic under a name of its own: it gets each message whose publishing starts after this
     * call.
     *
     * @param <T> the type of the messages
     * @param topic what to read
     * @param name what the subscription's thread and its errors are called
     * @param handler gets the messages, one after the other
     * @return the subscription, which lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the name is not one, or the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <T> Subscription subscribe(Topic<T> topic, String name, Handler<? super T> handler) {
        Names.valid("subscription", name);
        requireNonNull(handler, "handler");
        Ring<T> ring = publisher(topic).ring();
        return lifecycle.whileOpen(
                "subscribe to " + topic.name(),
                () -> lifecycle.start(
                        new Dispatcher<>(
                                lifecycle,
                                topic.name(),
                                name,
                                ring,
                                // A batch holds back publishers until it is done: leave them most of the ring
                                // meanwhile.
                                Math.max(1, topic.capacity() / 4),
                                handler,
                                unread -> {},
                                guard),
                        this::unsubscribe,
                        () -> {}));
    }

    private void unsubscribe(Subscription subscription) {
        subscription.dispatcher().detach();
        lifecycle.awaitEnd(subscription.dispatcher());
    }

    /**
     * Serves a service with a handler that gives one reply to a request.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what to serve
     * @param handler answers the requests, one after the other
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler already
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serve(Service<Q, R> service, RequestHandler<? super Q, ? extends R> handler) {
        requireNonNull(handler, "handler");
        return serveStream(service, (request, replies) -> {
            R reply = handler.handle(request, replies);
            requireNonNull(reply, "the handler returned null: a reply can't be null");
            replies.send(reply);
        });
    }

    /**
     * Serves a service with a handler that gives a stream of parts in reply to a request.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what to serve
     * @param handler answers the requests, one after the other
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler already
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serveStream(Service<Q, R> service, StreamHandler<? super Q, R> handler) {
        requireNonNull(handler, "handler");
        return services.serve(service, handler);
    }

    /**
     * Asks for one reply, within the service's own {@linkplain Service#timeout() timeout}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @return the reply to come; see {@link #request(Service, Object, Headers, Duration)}
     */
    public <Q, R> CompletableFuture<R> request(Service<Q, R> service, Q request) {
        return request(service, request, Headers.NONE, service.timeout());
    }

    /**
     * Asks for one reply, within a given time.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @param timeout how long the reply is wanted
     * @return the reply to come; see {@link #request(Service, Object, Headers, Duration)}
     */
    public <Q, R> CompletableFuture<R> request(Service<Q, R> service, Q request, Duration timeout) {
        return request(service, request, Headers.NONE, timeout);
    }

    /**
     * Asks for one reply, within a given time. The call does not wait; the future ends in exactly one way: with the
     * reply, or with a {@link RequestException} whose {@link RequestFailure} says what happened and whether a retry can
     * help. Cancelling the future cancels the request: a handler that has not started it never will, one that has can
     * notice. What depends on the future runs on the handler's thread, or on the bus's timer thread after a timeout; use
     * the {@code …Async} methods for anything long.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @param headers what travels beside the request
     * @param timeout how long the reply is wanted; more than zero
     * @return the reply to come
     * @throws IllegalArgumentException if the timeout is not more than zero, or the bus has a different service of this
     *     name
     */
    public <Q, R> CompletableFuture<R> request(Service<Q, R> service, Q request, Headers headers, Duration timeout) {
        requireNonNull(request, "request");
        requireNonNull(headers, "headers");
        var exchange = new SingleReply<>(service.name(), request, headers, Service.positive(timeout), service.merge());
        services.ask(service, exchange);
        return exchange.future();
    }

    /**
     * Asks for a stream of the parts of a reply, within the service's own {@linkplain Service#timeout() timeout}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts
     * @param service whom to ask
     * @param request what to ask
     * @return the stream; see {@link #stream(Service, Object, Headers, Duration)}
     */
    public <Q, R> Flow.Publisher<R> stream(Service<Q, R> service, Q request) {
        return stream(service, request, Headers.NONE, service.timeout());
    }

    /**
     * Asks for a stream of the parts of a reply. Nothing is asked until somebody subscribes, and each subscriber asks
     * anew. The handler sends ahead of the subscriber's demand by at most {@link Replies#BUFFER_SIZE} parts, then waits
     * for it. The stream ends with the reply, or with a {@link RequestException}; cancelling it cancels the request. A
     * subscriber gets an {@link IllegalArgumentException} if the bus has a different service of this name.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts
     * @param service whom to ask
     * @param request what to ask
     * @param headers what travels beside the request
     * @param timeout how long the reply is wanted, from the subscriber's coming to the last part's sending; more than zero
     * @return the stream
     * @throws IllegalArgumentException if the timeout is not more than zero
     */
    public <Q, R> Flow.Publisher<R> stream(Service<Q, R> service, Q request, Headers headers, Duration timeout) {
        requireNonNull(service, "service");
        requireNonNull(request, "request");
        requireNonNull(headers, "headers");
        Service.positive(timeout);
        return subscriber -> {
            requireNonNull(subscriber, "subscriber");
            var exchange = new StreamReply<Q, R>(service.name(), request, headers, timeout, subscriber);
            exchange.begin();
            if (exchange.isOver()) {
                return;
            }
            try {
                services.ask(service, exchange);
            } catch (IllegalArgumentException differentService) {
                exchange.refuse(differentService);
            }
        };
    }

    /**
     * Closes the bus, giving it as long as {@link BusOptions#closeTimeout()} says to hand out what is waiting. Called from
     * one of the bus's own handlers, or by what depends on a reply, it begins the closing and returns at once. Closing
     * twice does no harm. A thread that is interrupted meanwhile waits no longer, as if the time were over.
     */
    @Override
    public void close() {
        if (lifecycle.closeWaitsForCaller()) {
            new BusThread(lifecycle, "tokenring-" + name() + "-closer", () -> lifecycle.close(options.closeTimeout()))
                    .start();
        } else {
            lifecycle.close(options.closeTimeout());
        }
    }

    /**
     * Closes the bus. New messages and requests from outside are refused from now on; what is waiting is handed out, and
     * what handlers publish meanwhile too. When all is handled, or the timeout has passed, the handlers end: one that is
     * still busy is interrupted, and requests that are still open fail with {@link RequestFailure#CLOSED}. A second call
     * waits for the first to finish and returns its counts. A thread that is interrupted meanwhile waits no longer, as if
     * the timeout had passed, and stays interrupted.
     *
     * @param timeout how long waiting messages may be handed out; more than zero
     * @return what became of the messages that were on the bus
     * @throws IllegalStateException if called from one of the bus's own handlers, which would wait for itself; {@link
     *     #close()} can be called there
     * @throws IllegalArgumentException if the timeout is not more than zero
     */
    public CloseReport close(Duration timeout) {
        Service.positive(timeout);
        if (lifecycle.closeWaitsForCaller()) {
            throw new IllegalStateException("a handler of bus " + name()
                    + " can't wait for the bus to close: call close() without a timeout, or from another thread");
        }
        return lifecycle.close(timeout);
    }
}
