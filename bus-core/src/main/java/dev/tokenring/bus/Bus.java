package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.failure.DistinctErrors;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.spi.Stage;
import dev.tokenring.bus.thread.BusThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

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
    private final Lifecycle lifecycle;
    private final Channels channels;
    private final Undeliverable undeliverable;
    private final Subscribing subscribing;
    private final Services services;
    private final Observer observer;

    private Bus(BusOptions options) {
        FlightRecording.prepare();
        this.options = options;
        ErrorSink chosen = options.errorSink();
        var guard = new Guard(chosen != null ? chosen : new DistinctErrors(System.getLogger("dev.tokenring.bus")));
        lifecycle = new Lifecycle(options, guard);
        channels = new Channels(lifecycle);
        undeliverable = new Undeliverable(lifecycle, channels, options.deadLetterCapacity());
        subscribing = new Subscribing(lifecycle, channels, undeliverable);
        services = new Services(lifecycle);
        observer = new Observer(lifecycle, channels, services);
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

    /** Whether nothing happens on this bus but by a {@link Stepper}. */
    boolean isStepped() {
        return lifecycle.isStepped();
    }

    /** Whether the bus has a topic of this name whose messages lie in place. */
    boolean hasInPlace(String topic) {
        Channel<?> channel = channels.find(topic);
        return channel != null && channel.topic().isInPlace();
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
        return channels.of(requireNonNull(topic, "topic")).publisher();
    }

    /**
     * Takes a topic off the bus. What was published before is still handed out; its subscriptions end after that, except
     * those to patterns, which lose this topic only. Publishers of the topic are told that it is closed; whoever asks the
     * bus for the topic again gets a new one.
     *
     * @param topic the topic
     * @return whether the bus had it
     * @throws IllegalArgumentException if the bus has a different topic of this name
     */
    public boolean remove(Topic<?> topic) {
        return channels.remove(requireNonNull(topic, "topic"));
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
     * Begins to describe a subscription to a topic that needs more than {@link #subscribe(Topic, Handler)} offers.
     *
     * @param <T> the type of the messages
     * @param topic what to read
     * @return a builder
     */
    public <T> SubscriptionBuilder<T> subscription(Topic<T> topic) {
        requireNonNull(topic, "topic");
        return new SubscriptionBuilder<>(subscribing, topic, null, defaultsFor(topic));
    }

    /**
     * Begins to describe a subscription to all topics of a pattern, those included that are yet to come. One thread calls
     * the handler for all of them, unless the builder is told otherwise.
     *
     * @param <T> the type of the messages
     * @param pattern what to read
     * @return a builder
     */
    public <T> SubscriptionBuilder<T> subscription(TopicPattern<T> pattern) {
        requireNonNull(pattern, "pattern");
        return new SubscriptionBuilder<>(
                subscribing, null, pattern, SubscriptionSpec.plain(options.retry(), lifecycle.stuckRule()));
    }

    private <T> SubscriptionSpec<T> defaultsFor(Topic<T> topic) {
        return SubscriptionSpec.plain(topic.isInPlace() ? RetryPolicy.NONE : options.retry(), lifecycle.stuckRule());
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
        return subscription(topic).handle(handler);
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
        return subscription(topic).named(name).handle(handler);
    }

    /**
     * Subscribes a handler to all topics of a pattern, those included that are yet to come. One thread calls it, one
     * message after the other; {@link MessageContext#topic()} says where a message comes from.
     *
     * @param <T> the type of the messages
     * @param pattern what to read
     * @param handler gets the messages
     * @return the subscription, which lasts until it is closed, or the bus is
     * @throws BusClosedException if the bus is closing or closed
     */
    public <T> Subscription subscribe(TopicPattern<T> pattern, Handler<? super T> handler) {
        return subscription(pattern).handle(handler);
    }

    /**
     * Puts a stage before the subscriptions of a topic, which the bus then has: it gets each message first, and they get what
     * it has passed. It has a thread of its own, and lasts as long as the topic.
     *
     * @param <T> the type of the messages
     * @param topic the topic
     * @param stage gets the messages
     * @throws IllegalStateException if the topic has a stage or a subscription already
     * @throws IllegalArgumentException if the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <T> void attach(Topic<T> topic, Stage<? super T> stage) {
        subscribing.attach(requireNonNull(topic, "topic"), requireNonNull(stage, "stage"));
    }

    /**
     * The messages of a topic that were given up, as far as they are kept: {@link BusOptions#withDeadLetterCapacity} says
     * how many. They are there until they are redriven or pushed out by newer ones, also after the bus was closed.
     * Whoever wants them as they come subscribes to {@link DeadLetter#topicOf}.
     *
     * @param <T> the type of the messages
     * @param topic the topic
     * @return the dead letters, oldest first
     */
    public <T> List<DeadLetter<T>> deadLetters(Topic<T> topic) {
        return undeliverable.of(requireNonNull(topic, "topic"));
    }

    /**
     * Gives a message back to the subscription that gave it up, as if it were new; mended, if the letter was derived with
     * {@link DeadLetter#withMessage}. The other subscriptions of the topic don't get it once more.
     *
     * @param letter the dead letter
     * @return what became of it; a letter that was redriven before, itself or as one derived from it, is not redriven again
     */
    public RedriveOutcome redrive(DeadLetter<?> letter) {
        return undeliverable.redrive(requireNonNull(letter, "letter"));
    }

    /**
     * Begins to describe a handler of a service that needs more than {@link #serve}, {@link #serveStream} and {@link
     * #serveAsync} offer, such as other threads.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what to serve
     * @return a builder
     */
    public <Q, R> ServingBuilder<Q, R> service(Service<Q, R> service) {
        return new ServingBuilder<>(services, requireNonNull(service, "service"), services.plain());
    }

    /**
     * Serves a service with a handler that gives one reply to a request.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what to serve
     * @param handler answers the requests, one after the other
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler already that was given no name
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serve(Service<Q, R> service, RequestHandler<? super Q, ? extends R> handler) {
        return serve(service, Services.UNNAMED, handler);
    }

    /**
     * Serves a service with one of several handlers, each of which has a thread of its own. A request goes to the one with
     * the fewest open requests; {@link #gather(Service, Object, Gather, Duration)} asks all.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what to serve
     * @param name what this handler is called
     * @param handler answers requests, one after the other
     * @return a subscription to the requests; closing it ends this handler's serving
     * @throws IllegalStateException if the service has a handler of this name already
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serve(
            Service<Q, R> service, String name, RequestHandler<? super Q, ? extends R> handler) {
        return service(service).named(name).serve(handler);
    }

    /**
     * Serves a service with a handler that gives a stream of parts in reply to a request.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what to serve
     * @param handler answers the requests, one after the other
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler already that was given no name
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serveStream(Service<Q, R> service, StreamHandler<? super Q, R> handler) {
        return serveStream(service, Services.UNNAMED, handler);
    }

    /**
     * Serves a service with one of several handlers that give a stream of parts; see {@link #serve(Service, String,
     * RequestHandler)}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what to serve
     * @param name what this handler is called
     * @param handler answers requests, one after the other
     * @return a subscription to the requests; closing it ends this handler's serving
     * @throws IllegalStateException if the service has a handler of this name already
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serveStream(Service<Q, R> service, String name, StreamHandler<? super Q, R> handler) {
        return service(service).named(name).serveStream(handler);
    }

    /**
     * Serves a service with a handler that completes its replies later, from any thread.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what to serve; its capacity bounds how many requests its handlers can be at together
     * @param handler takes the requests in, one after the other
     * @return a subscription to the requests; closing it ends the serving, and what was taken in can still be completed
     * @throws IllegalStateException if the service has a handler already that was given no name
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serveAsync(Service<Q, R> service, AsyncHandler<? super Q, R> handler) {
        return serveAsync(service, Services.UNNAMED, handler);
    }

    /**
     * Serves a service with one of several handlers that complete their replies later; see {@link #serve(Service, String,
     * RequestHandler)}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what to serve; its capacity bounds how many requests its handlers can be at together
     * @param name what this handler is called
     * @param handler takes requests in, one after the other
     * @return a subscription to the requests; closing it ends this handler's serving
     * @throws IllegalStateException if the service has a handler of this name already
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> Subscription serveAsync(Service<Q, R> service, String name, AsyncHandler<? super Q, R> handler) {
        return service(service).named(name).serveAsync(handler);
    }

    /**
     * Puts a new version of a service's handler in the place of the one that was given no name, between two requests: the
     * request that is being answered is finished by the old one, the next is answered by the new one. No request is lost or
     * answered twice.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what is served
     * @param successor answers from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replace(Service<Q, R> service, RequestHandler<? super Q, ? extends R> successor) {
        replace(service, Services.UNNAMED, successor);
    }

    /**
     * Puts a new version of a service's handler in the place of the one of this name; see {@link #replace(Service,
     * RequestHandler)}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service what is served
     * @param name the name of the handler
     * @param successor answers from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replace(Service<Q, R> service, String name, RequestHandler<? super Q, ? extends R> successor) {
        services.replace(service, name, Answers.of(successor), false);
    }

    /**
     * Puts a new version of a streaming handler in the place of the one that was given no name; see {@link
     * #replace(Service, RequestHandler)}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what is served
     * @param successor answers from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replaceStream(Service<Q, R> service, StreamHandler<? super Q, R> successor) {
        replaceStream(service, Services.UNNAMED, successor);
    }

    /**
     * Puts a new version of a streaming handler in the place of the one of this name; see {@link #replace(Service,
     * RequestHandler)}.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what is served
     * @param name the name of the handler
     * @param successor answers from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replaceStream(Service<Q, R> service, String name, StreamHandler<? super Q, R> successor) {
        services.replace(service, name, Answers.ofStream(successor), false);
    }

    /**
     * Puts a new version of an asynchronous handler in the place of the one that was given no name; see {@link
     * #replace(Service, RequestHandler)}. What the old one has taken in it may still complete.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what is served
     * @param successor takes in from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replaceAsync(Service<Q, R> service, AsyncHandler<? super Q, R> successor) {
        replaceAsync(service, Services.UNNAMED, successor);
    }

    /**
     * Puts a new version of an asynchronous handler in the place of the one of this name; see {@link #replace(Service,
     * RequestHandler)}. What the old one has taken in it may still complete.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param service what is served
     * @param name the name of the handler
     * @param successor takes in from the next request on
     * @throws IllegalStateException if the service has no such handler
     * @throws BusClosedException if the bus is closing or closed
     */
    public <Q, R> void replaceAsync(Service<Q, R> service, String name, AsyncHandler<? super Q, R> successor) {
        services.replace(service, name, Answers.ofAsync(successor), true);
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
     * help. Cancelling the future cancels the request, and the future then has its own {@link CancellationException}: a
     * handler that has not started the request never will, one that has can notice.
     *
     * <p>Who joins the future looks for the reply for some microseconds before it falls asleep. What depends on the future
     * runs on the thread that ends the request: the handler's, one that cancels it or takes its place, or after a timeout
     * one that the bus has for this; use the {@code …Async} methods for anything long. It is part of nothing that is being
     * handled there: what it asks for has its own time.
     *
     * <p>On a bus that is driven by a {@link Stepper}, the thread that steps can't wait for the future: that throws an {@link
     * IllegalStateException}.
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
        return services.request(service, request, headers, Service.positive(timeout));
    }

    /**
     * Asks for one reply and spins until it is there, for callers who want the last microsecond and have a core to spare:
     * no thread has to be woken.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @param timeout how long the reply is wanted; more than zero
     * @return the reply
     * @throws RequestException if there is none
     * @throws IllegalArgumentException if the timeout is not more than zero, or the bus has a different service of this
     *     name
     * @throws IllegalStateException if the bus is driven by a {@link Stepper}, which would wait for itself
     */
    public <Q, R> R requestSpinning(Service<Q, R> service, Q request, Duration timeout) {
        if (lifecycle.isStepped()) {
            throw new IllegalStateException("nobody steps the bus while this thread spins: use request, then step");
        }
        CompletableFuture<R> reply = request(service, request, Headers.NONE, timeout);
        while (!reply.isDone()) {
            Thread.onSpinWait();
        }
        try {
            return reply.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RequestException known ? known : failed;
        }
    }

    /**
     * Asks all handlers of a service for one reply each.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @param how how many replies are enough
     * @param timeout how long the replies are wanted; more than zero
     * @return what was gathered; fails with a {@link RequestException} as soon as there can't be enough. The handlers that
     *     are still at it when enough have replied are cancelled
     * @throws IllegalArgumentException if the timeout is not more than zero, or the bus has a different service of this
     *     name
     */
    public <Q, R> CompletableFuture<Gathered<R>> gather(
            Service<Q, R> service, Q request, Gather how, Duration timeout) {
        return gather(service, request, Headers.NONE, how, timeout);
    }

    /**
     * Asks all handlers of a service for one reply each. Each of them may have as many open requests as the service has
     * capacity for; one that has is not asked, which counts as its failure.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param service whom to ask
     * @param request what to ask
     * @param headers what travels beside each of the requests
     * @param how how many replies are enough
     * @param timeout how long the replies are wanted; more than zero
     * @return what was gathered; fails with a {@link RequestException} as soon as there can't be enough. The handlers that
     *     are still at it when enough have replied are cancelled
     * @throws IllegalArgumentException if the timeout is not more than zero, or the bus has a different service of this
     *     name
     */
    public <Q, R> CompletableFuture<Gathered<R>> gather(
            Service<Q, R> service, Q request, Headers headers, Gather how, Duration timeout) {
        requireNonNull(request, "request");
        requireNonNull(headers, "headers");
        requireNonNull(how, "how");
        return services.gather(service, request, headers, how, Service.positive(timeout));
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
        return subscriber -> services.stream(service, request, headers, timeout, subscriber);
    }

    /**
     * Asks for a stream of the parts of a reply, and takes them as they come.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts
     * @param service whom to ask
     * @param request what to ask
     * @param timeout how long the reply is wanted; more than zero
     * @param onPart gets the parts, one after the other, on the handler's thread: while it is busy, the handler waits. What
     *     it throws cancels the request
     * @return completes after the last part, or with a {@link RequestException}, or with what {@code onPart} threw;
     *     cancelling it cancels the request
     * @throws IllegalArgumentException if the timeout is not more than zero
     */
    public <Q, R> CompletableFuture<Void> stream(
            Service<Q, R> service, Q request, Duration timeout, Consumer<? super R> onPart) {
        var reader = new PartReader<R>(requireNonNull(onPart, "onPart"), services.endOfStream());
        stream(service, request, Headers.NONE, timeout).subscribe(reader);
        return reader.end();
    }

    /**
     * Looks at what the bus is doing. That costs those who publish and handle nothing, however often it is asked for.
     *
     * @return topics, subscriptions and services with their counts at this moment; prints as a table
     */
    public BusSnapshot snapshot() {
        return observer.snapshot();
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
