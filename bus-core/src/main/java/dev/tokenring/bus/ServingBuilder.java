package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.request.Answerer;
import java.time.Duration;

/**
 * A handler of a service to be: says how it is to be called, and then who it is.
 *
 * <pre>{@code
 * bus.service(ORACLE)
 *         .named("library")
 *         .on(Execution.virtualThreads(16))
 *         .serveStream((question, replies) -> replies.send(think(question)));
 * }</pre>
 *
 * <p>Unless told otherwise, a handler has no name, and is called on a thread of its own, for one request after the other.
 *
 * <p>Immutable: each method derives. Safe for use by any thread.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the replies, or of their parts
 */
public final class ServingBuilder<Q, R> {
    private final Services services;
    private final Service<Q, R> service;
    private final ServingSpec spec;

    ServingBuilder(Services services, Service<Q, R> service, ServingSpec spec) {
        this.services = services;
        this.service = service;
        this.spec = spec;
    }

    private ServingBuilder<Q, R> with(ServingSpec changed) {
        return new ServingBuilder<>(services, service, changed);
    }

    /**
     * Gives the handler a name, so that it can serve beside others. A request goes to the one with the fewest open requests.
     *
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the derived builder
     * @throws IllegalArgumentException if the name is not of that form
     */
    public ServingBuilder<Q, R> named(String name) {
        return with(spec.withName(Names.valid("handler", name)));
    }

    /**
     * Chooses the threads that call the handler; {@link Execution#ownThread()} unless chosen. On virtual threads or an
     * executor's, it is at several requests together, in no order: one that waits for a slow reader of a stream, or for
     * somebody else, holds back no other one.
     *
     * @param execution which threads
     * @return the derived builder
     */
    public ServingBuilder<Q, R> on(Execution execution) {
        return with(spec.withExecution(requireNonNull(execution, "execution")));
    }

    /**
     * Chooses when the handler counts as stuck, and what is done about it then; as the {@linkplain
     * BusOptions#withStuckAfter bus's options} say unless chosen.
     *
     * @param stuckAfter how long the handler may be busy with one request; more than zero. It is looked at every quarter of
     *     that, but not more often than every 10 ms
     * @param policy what to do
     * @return the derived builder
     * @throws IllegalArgumentException if the time is not more than zero
     */
    public ServingBuilder<Q, R> stuckAfter(Duration stuckAfter, StuckPolicy policy) {
        return with(spec.withStuck(new StuckRule(stuckAfter, policy)));
    }

    /**
     * Serves with a handler that gives one reply to a request.
     *
     * @param handler answers the requests
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler of this name already, or one without a name if this has none
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public Subscription serve(RequestHandler<? super Q, ? extends R> handler) {
        return begin(Answers.of(handler), false);
    }

    /**
     * Serves with a handler that gives a stream of parts in reply to a request.
     *
     * @param handler answers the requests
     * @return a subscription to the requests; closing it ends the serving
     * @throws IllegalStateException if the service has a handler of this name already, or one without a name if this has none
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public Subscription serveStream(StreamHandler<? super Q, R> handler) {
        return begin(Answers.ofStream(handler), false);
    }

    /**
     * Serves with a handler that completes its replies later, from any thread.
     *
     * @param handler takes the requests in
     * @return a subscription to the requests; closing it ends the serving, and what was taken in can still be completed
     * @throws IllegalStateException if the service has a handler of this name already, or one without a name if this has none
     * @throws IllegalArgumentException if the service is served with another description of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public Subscription serveAsync(AsyncHandler<? super Q, R> handler) {
        return begin(Answers.ofAsync(handler), true);
    }

    private Subscription begin(Answerer<Q, R> handler, boolean asynchronous) {
        return services.serve(service, spec, handler, asynchronous);
    }
}
