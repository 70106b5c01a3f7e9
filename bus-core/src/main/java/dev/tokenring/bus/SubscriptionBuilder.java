package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to be: says how messages are to be delivered, and then to whom.
 *
 * <pre>{@code
 * bus.subscription(ORDERS)
 *         .group("billing")
 *         .keyedBy(Order::customer)
 *         .retry(RetryPolicy.of(5))
 *         .handle((order, context) -> bill(order));
 * }</pre>
 *
 * <p>Unless told otherwise, a subscription gets every message, in publish order, on a thread of its own, holds back
 * publishers when it is slow, and is retried as the {@linkplain BusOptions#withRetry bus's options} say.
 *
 * <p>Immutable: each method derives. Safe for use by any thread.
 *
 * @param <T> the type of the messages
 */
public final class SubscriptionBuilder<T> {
    private final Subscribing subscribing;
    private final @Nullable Topic<T> topic;
    private final @Nullable TopicPattern<T> pattern;
    private final SubscriptionSpec<T> spec;

    SubscriptionBuilder(
            Subscribing subscribing,
            @Nullable Topic<T> topic,
            @Nullable TopicPattern<T> pattern,
            SubscriptionSpec<T> spec) {
        this.subscribing = subscribing;
        this.topic = topic;
        this.pattern = pattern;
        this.spec = spec;
    }

    private SubscriptionBuilder<T> with(SubscriptionSpec<T> changed) {
        return new SubscriptionBuilder<>(subscribing, topic, pattern, changed.validated());
    }

    /**
     * Gives the subscription a name, which its thread, its errors and its dead letters carry; otherwise it gets a number.
     *
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the derived builder
     * @throws IllegalArgumentException if the name is not of that form
     */
    public SubscriptionBuilder<T> named(String name) {
        return with(spec.withName(Names.valid("subscription", name)));
    }

    /**
     * Makes the subscription a member of a group: of all members, each message goes to one, whoever is free first. A slow
     * member holds back no message that another could take. All members of a group must have the same filter, key function
     * and {@linkplain RetryPolicy#equals retry policy}, and agree on urgentFirst; functions are the same if they are one
     * object, as those of one builder are.
     *
     * @param group the group's name on its topic: letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the derived builder
     * @throws IllegalArgumentException if the name is not of that form
     */
    public SubscriptionBuilder<T> group(String group) {
        return with(spec.withGroup(Names.valid("group", group)));
    }

    /**
     * Keeps the messages of a key in order where others may overtake: in a group, on many threads, and while one waits
     * for its retry. One message of a key is handled at a time; the next waits until it is done with, whoever handles it.
     *
     * @param key gives a message's key; null for a message that belongs to none. Must be quick; what it throws, or the key
     *     when it is compared, counts as the handler's failure
     * @return the derived builder
     */
    public SubscriptionBuilder<T> keyedBy(Function<? super T, ?> key) {
        return with(spec.withKey(requireNonNull(key, "key")));
    }

    /**
     * Lets only those messages through that pass a test, and those that passed the filters given before.
     *
     * @param filter tells whether the handler wants a message; what it throws counts as the handler's failure
     * @return the derived builder
     */
    public SubscriptionBuilder<T> filter(Predicate<? super T> filter) {
        requireNonNull(filter, "filter");
        Predicate<? super T> before = spec.filter();
        return with(spec.withFilter(before == null ? filter : message -> before.test(message) && filter.test(message)));
    }

    /**
     * Makes the subscription lossy: it never holds back publishers. If it is slower than they are for longer than the
     * ring can bridge, it misses the oldest messages, and is told how many ({@link MessageContext#missed()}).
     *
     * @return the derived builder
     */
    public SubscriptionBuilder<T> newestOnly() {
        return with(spec.withNewestOnly());
    }

    /**
     * Takes what is most urgent first, by {@link Headers#priority()}; of equal priority, what was published first. One
     * message in 16 is the one that has waited longest, whatever its priority, so none waits for ever. Up to the topic's
     * capacity of messages wait for their turn beside the ring, and are compared; what is still in the ring comes behind
     * them, however urgent it is.
     *
     * @return the derived builder
     */
    public SubscriptionBuilder<T> urgentFirst() {
        return with(spec.withUrgentFirst());
    }

    /**
     * Chooses the threads that call the handler; {@link Execution#ownThread()} unless chosen.
     *
     * @param execution which threads
     * @return the derived builder
     */
    public SubscriptionBuilder<T> on(Execution execution) {
        return with(spec.withExecution(requireNonNull(execution, "execution")));
    }

    /**
     * Chooses what happens to a message that the handler fails on, before it becomes a dead letter. Messages behind it
     * don't wait, except those of its key. Messages in place can't wait for a retry: a subscription to a pattern does
     * without where it finds them.
     *
     * @param retry how often and when to try again
     * @return the derived builder
     */
    public SubscriptionBuilder<T> retry(RetryPolicy retry) {
        return with(spec.withRetry(requireNonNull(retry, "retry")));
    }

    /**
     * Chooses when the handler counts as stuck, and what is done about it then; as the {@linkplain
     * BusOptions#withStuckAfter bus's options} say unless chosen.
     *
     * @param stuckAfter how long the handler may be busy with one message, or with one batch; more than zero. It is looked at
     *     every quarter of that, but not more often than every 10 ms
     * @param policy what to do; where messages are in place, a stuck handler is reported and waited for in any case
     * @return the derived builder
     * @throws IllegalArgumentException if the time is not more than zero
     */
    public SubscriptionBuilder<T> stuckAfter(Duration stuckAfter, StuckPolicy policy) {
        return with(spec.withStuck(new StuckRule(stuckAfter, policy)));
    }

    /**
     * Begins: from now on, a handler gets each message whose publishing starts after this call.
     *
     * @param handler gets the messages
     * @return the subscription, which lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the topic, or one of those that the pattern stands for now, can't be read like
     *     this, or the bus has a different one of this name. A topic of the pattern that is added later and can't be read
     *     like this goes without the subscription, and the bus's error sink is told
     * @throws BusClosedException if the bus is closing or closed
     */
    public Subscription handle(Handler<? super T> handler) {
        requireNonNull(handler, "handler");
        return pattern != null
                ? subscribing.handleAll(pattern, spec, handler)
                : subscribing.handle(oneTopic("handle"), spec, handler);
    }

    /**
     * Begins: from now on, a handler gets the messages whose publishing starts after this call, in batches.
     *
     * @param handler gets the messages
     * @return the subscription, which lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the topic can't be read like this, the bus has a different one of this name, or
     *     the messages are to come in another order than that of the ring, or in place
     * @throws BusClosedException if the bus is closing or closed
     */
    public Subscription handleBatches(BatchHandler<T> handler) {
        requireNonNull(handler, "handler");
        return subscribing.handleBatches(oneTopic("handleBatches"), spec, handler);
    }

    /**
     * Begins: from now on, each message whose publishing starts after this call waits until the caller polls for it.
     *
     * @return the poller; close it when done, for it holds back publishers
     * @throws IllegalArgumentException if the topic can't be read like this, or the bus has a different one of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public Poller<T> poller() {
        return subscribing.poller(oneTopic("poller"), spec);
    }

    /**
     * Gives the messages to Reactive Streams: each subscriber of the publisher is a subscription of its own, which begins
     * when it subscribes, gets no more than it asks for, and completes when the topic or the bus is closed. One that asks
     * for nothing holds back publishers, unless it is told to take the {@linkplain #newestOnly() newest only}.
     *
     * @return the publisher; passes the Reactive Streams TCK
     * @throws IllegalArgumentException if the topic can't be read like this
     */
    public Flow.Publisher<T> toFlow() {
        return subscribing.toFlow(oneTopic("toFlow"), spec);
    }

    private Topic<T> oneTopic(String method) {
        if (topic == null) {
            throw new IllegalArgumentException(
                    method + " takes the messages of one topic, not of the pattern " + pattern + ": use handle");
        }
        return topic;
    }
}
