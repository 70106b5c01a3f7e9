package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request topic and its replies. A caller may ask for one reply or for a stream of its parts, whichever way the
 * handler gives it: a single reply is a stream of one part, and the parts of a stream are {@linkplain #withMerge merged}
 * into a single reply. A service is a plain description, like a {@link Topic}.
 *
 * <pre>{@code
 * static final Service<NlpQuery, NlpResponse> DIALOGUE =
 *         Service.of("dialogue", NlpQuery.class, NlpResponse.class).withMerge(NlpResponse::append);
 * }</pre>
 *
 * <p>Immutable, hence safe for use by any thread.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the replies
 */
public final class Service<Q, R> {
    /** How many requests may wait for a service unless told otherwise: 1024. */
    public static final int DEFAULT_CAPACITY = 1024;

    /** How long a caller waits for a reply unless told otherwise: 30 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /** A hundred years, so that a deadline in nanoseconds does not overflow. */
    static final Duration MAX_TIMEOUT = Duration.ofDays(36_500);

    private final String name;
    private final Class<Q> requestType;
    private final Class<R> replyType;
    private final int capacity;
    private final WaitStrategy waitStrategy;
    private final Duration timeout;
    private final @Nullable BinaryOperator<R> merge;

    private Service(
            String name,
            Class<Q> requestType,
            Class<R> replyType,
            int capacity,
            WaitStrategy waitStrategy,
            Duration timeout,
            @Nullable BinaryOperator<R> merge) {
        this.name = name;
        this.requestType = requestType;
        this.replyType = replyType;
        this.capacity = capacity;
        this.waitStrategy = waitStrategy;
        this.timeout = timeout;
        this.merge = merge;
    }

    /**
     * Describes a service for which {@value #DEFAULT_CAPACITY} requests may wait, 30 seconds each, whose handler waits
     * {@linkplain WaitStrategy#ADAPTIVE adaptively} and gives each reply in one part.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the replies
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots: {@code llm.dialogue}
     * @param requestType the type of the requests
     * @param replyType the type of the replies
     * @return the service
     * @throws IllegalArgumentException if the name is not of that form
     */
    public static <Q, R> Service<Q, R> of(String name, Class<Q> requestType, Class<R> replyType) {
        return new Service<>(
                Names.valid("service", name),
                requireNonNull(requestType, "requestType"),
                requireNonNull(replyType, "replyType"),
                DEFAULT_CAPACITY,
                WaitStrategy.ADAPTIVE,
                DEFAULT_TIMEOUT,
                null);
    }

    /**
     * Derives a service for which this many requests may wait or be in its handlers' hands, all handlers together. If there
     * are more, the one of the lowest priority is refused with {@link RequestFailure#OVERLOADED}, and of equal priority the
     * one with the least time left. A request that was cancelled or timed out before its turn keeps nobody out: its place goes
     * to whoever finds no other.
     *
     * @param capacity a power of two from 2 to 2^26
     * @return the derived service
     * @throws IllegalArgumentException if the capacity is not such a number
     */
    public Service<Q, R> withCapacity(int capacity) {
        return new Service<>(name, requestType, replyType, Capacity.valid(capacity), waitStrategy, timeout, merge);
    }

    /**
     * Derives a service whose handler waits for the next request like this.
     *
     * @param waitStrategy how to wait
     * @return the derived service
     */
    public Service<Q, R> withWaitStrategy(WaitStrategy waitStrategy) {
        return new Service<>(
                name, requestType, replyType, capacity, requireNonNull(waitStrategy, "waitStrategy"), timeout, merge);
    }

    /**
     * Derives a service whose callers wait this long when they don't say how long.
     *
     * @param timeout more than zero
     * @return the derived service
     * @throws IllegalArgumentException if the timeout is zero or negative
     */
    public Service<Q, R> withTimeout(Duration timeout) {
        return new Service<>(name, requestType, replyType, capacity, waitStrategy, positive(timeout), merge);
    }

    /**
     * Derives a service whose streamed replies are put together like this for a caller who wants one reply. What counts is
     * the description that the service is served with.
     *
     * @param merge makes one part of two that follow each other; associative
     * @return the derived service
     */
    public Service<Q, R> withMerge(BinaryOperator<R> merge) {
        return new Service<>(
                name, requestType, replyType, capacity, waitStrategy, timeout, requireNonNull(merge, "merge"));
    }

    static Duration positive(Duration timeout) {
        if (requireNonNull(timeout, "timeout").isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout + ": it must be more than zero, for example Duration.ofSeconds(5)");
        }
        if (timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout is " + timeout + ": it must be at most " + MAX_TIMEOUT.toDays()
                    + " days, which are as good as forever");
        }
        return timeout;
    }

    /**
     * The service's name.
     *
     * @return the name, unique on a bus
     */
    public String name() {
        return name;
    }

    /**
     * The type of the requests.
     *
     * @return the class given when the service was made
     */
    public Class<Q> requestType() {
        return requestType;
    }

    /**
     * The type of the replies.
     *
     * @return the class given when the service was made
     */
    public Class<R> replyType() {
        return replyType;
    }

    /**
     * How many requests may wait.
     *
     * @return a power of two
     */
    public int capacity() {
        return capacity;
    }

    /**
     * How the service's handler waits for the next request.
     *
     * @return the wait strategy
     */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    /**
     * How long a caller waits who does not say how long.
     *
     * @return more than zero
     */
    public Duration timeout() {
        return timeout;
    }

    /**
     * How parts of a reply are put together.
     *
     * @return the function, or null if replies come in one part
     */
    public @Nullable BinaryOperator<R> merge() {
        return merge;
    }

    /** Whether handlers of one and the other, whose types are the same, can serve side by side. */
    boolean isServedLike(Service<?, ?> other) {
        return capacity == other.capacity
                && waitStrategy == other.waitStrategy
                && (merge == null) == (other.merge == null);
    }

    /** How it is served, in words. */
    String manner() {
        return "capacity=" + capacity + ", " + waitStrategy + (merge == null ? ", no merge" : ", merge");
    }

    @Override
    public String toString() {
        return "Service[" + name + ", " + requestType.getName() + " -> " + replyType.getName() + "]";
    }
}
