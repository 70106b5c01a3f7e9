package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A named channel of one message type. A topic is a plain description: it can be a constant, and serve several buses,
 * each of which gives it a ring of its own when it is first used.
 *
 * <pre>{@code
 * static final Topic<Alert> ALERTS = Topic.of("alerts", Alert.class);
 * }</pre>
 *
 * <p>Immutable, hence safe for use by any thread.
 *
 * @param <T> the type of the messages
 */
public final class Topic<T> {
    /** How many messages a topic holds for its slowest subscription unless told otherwise: 1024. */
    public static final int DEFAULT_CAPACITY = 1024;

    private final String name;
    private final Class<T> type;
    private final int capacity;
    private final WaitStrategy waitStrategy;
    private final boolean singlePublisher;
    private final @Nullable Supplier<? extends T> factory;

    private Topic(
            String name,
            Class<T> type,
            int capacity,
            WaitStrategy waitStrategy,
            boolean singlePublisher,
            @Nullable Supplier<? extends T> factory) {
        this.name = name;
        this.type = type;
        this.capacity = capacity;
        this.waitStrategy = waitStrategy;
        this.singlePublisher = singlePublisher;
        this.factory = factory;
    }

    /**
     * Describes a topic of {@value #DEFAULT_CAPACITY} slots whose subscriptions wait {@linkplain WaitStrategy#ADAPTIVE
     * adaptively}.
     *
     * @param <T> the type of the messages
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @param type the type of the messages
     * @return the topic
     * @throws IllegalArgumentException if the name is not of that form
     */
    public static <T> Topic<T> of(String name, Class<T> type) {
        return new Topic<>(
                validName(name, type),
                requireNonNull(type, "type"),
                DEFAULT_CAPACITY,
                WaitStrategy.ADAPTIVE,
                false,
                null);
    }

    /**
     * Describes a topic whose slots own their messages: mutable objects, made once for each slot, that publishers fill and
     * handlers read in place. Nothing is allocated to publish one. A handler must not keep such a message, for the slot
     * is filled again; so messages in place can't wait beside the ring: no groups, keys, priorities, lossy subscriptions,
     * retries or redriving.
     *
     * <pre>{@code
     * static final Topic<Quote> QUOTES = Topic.inPlace("quotes", Quote.class, Quote::new);
     * }</pre>
     *
     * @param <T> the type of the messages
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @param type the type of the messages
     * @param factory makes the message of a slot; called for each slot when the bus first uses the topic
     * @return the topic, of {@value #DEFAULT_CAPACITY} slots
     * @throws IllegalArgumentException if the name is not of that form
     */
    public static <T> Topic<T> inPlace(String name, Class<T> type, Supplier<? extends T> factory) {
        return new Topic<>(
                validName(name, type),
                requireNonNull(type, "type"),
                DEFAULT_CAPACITY,
                WaitStrategy.ADAPTIVE,
                false,
                requireNonNull(factory, "factory"));
    }

    private static String validName(String name, Class<?> type) {
        if (DeadLetter.isNameOfTopic(Names.valid("topic", name)) && type != DeadLetter.class) {
            throw new IllegalArgumentException("topic name is \"" + name
                    + "\": names that begin like this are for dead letters; see DeadLetter.topicOf, or take another");
        }
        return name;
    }

    /**
     * Derives a topic whose ring has this many slots.
     *
     * @param capacity the number of messages held for the slowest subscription: a power of two from 2 to 2^26
     * @return the derived topic
     * @throws IllegalArgumentException if the capacity is not such a number
     */
    public Topic<T> withCapacity(int capacity) {
        return new Topic<>(name, type, Capacity.valid(capacity), waitStrategy, singlePublisher, factory);
    }

    /**
     * Derives a topic whose subscriptions wait like this.
     *
     * @param waitStrategy how a subscription waits for the next message
     * @return the derived topic
     */
    public Topic<T> withWaitStrategy(WaitStrategy waitStrategy) {
        return new Topic<>(
                name, type, capacity, requireNonNull(waitStrategy, "waitStrategy"), singlePublisher, factory);
    }

    /**
     * Derives a topic to which never two threads publish at the same time, which makes publishing several times faster.
     * The threads that publish have to see to it themselves; if they fail to, messages are lost. The default is a topic
     * that any number of threads may publish to.
     *
     * @return the derived topic
     */
    public Topic<T> withSinglePublisher() {
        return new Topic<>(name, type, capacity, waitStrategy, true, factory);
    }

    /**
     * The topic's name.
     *
     * @return the name, unique on a bus
     */
    public String name() {
        return name;
    }

    /**
     * The type of the messages.
     *
     * @return the class given when the topic was made
     */
    public Class<T> type() {
        return type;
    }

    /**
     * The number of slots of the topic's ring.
     *
     * @return a power of two
     */
    public int capacity() {
        return capacity;
    }

    /**
     * How the topic's subscriptions wait for the next message.
     *
     * @return the wait strategy
     */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    /**
     * Whether never two threads publish at the same time.
     *
     * @return false unless {@link #withSinglePublisher()} said so
     */
    public boolean isSinglePublisher() {
        return singlePublisher;
    }

    /**
     * Whether the slots own their messages.
     *
     * @return true for a topic made by {@link #inPlace}
     */
    public boolean isInPlace() {
        return factory != null;
    }

    @Nullable Supplier<? extends T> factory() {
        return factory;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Topic<?> that
                && name.equals(that.name)
                && type.equals(that.type)
                && capacity == that.capacity
                && waitStrategy == that.waitStrategy
                && singlePublisher == that.singlePublisher
                && isInPlace() == that.isInPlace();
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "Topic[" + name + ", " + type.getName() + ", capacity=" + capacity + ", " + waitStrategy
                + (singlePublisher ? ", single publisher" : "") + (isInPlace() ? ", in place" : "") + "]";
    }
}
