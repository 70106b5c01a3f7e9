package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What may be chosen when a bus is opened. Each option has a default: start from {@link #DEFAULT}, and derive.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class BusOptions {
    /**
     * The name {@code bus}, errors to the system's logger, 10 seconds to close, no retries, 256 dead letters kept per topic,
     * handlers reported as stuck after 30 seconds and waited for, no interceptors, threads of its own.
     */
    public static final BusOptions DEFAULT = new BusOptions(new Values());

    private final Values values;

    /** Filled before the options that hold it are made, and left alone then. */
    private static final class Values implements Cloneable {
        String name = "bus";

        @Nullable ErrorSink errorSink;

        Duration closeTimeout = Duration.ofSeconds(10);
        RetryPolicy retry = RetryPolicy.NONE;
        int deadLetterCapacity = 256;
        Duration stuckAfter = Duration.ofSeconds(30);
        StuckPolicy stuckPolicy = StuckPolicy.WAIT;
        List<Interceptor> interceptors = List.of();

        @Nullable Stepper stepper;

        @Override
        public Values clone() {
            try {
                return (Values) super.clone();
            } catch (CloneNotSupportedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    private BusOptions(Values values) {
        this.values = values;
    }

    private BusOptions derive(Consumer<Values> change) {
        Values derived = values.clone();
        change.accept(derived);
        return new BusOptions(derived);
    }

    /**
     * Derives options for a bus of this name, which its threads and messages carry.
     *
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the derived options
     * @throws IllegalArgumentException if the name is not of that form
     */
    public BusOptions withName(String name) {
        Names.valid("bus", name);
        return derive(values -> values.name = name);
    }

    /**
     * Derives options with this place for what user code throws.
     *
     * @param errorSink the sink
     * @return the derived options
     */
    public BusOptions withErrorSink(ErrorSink errorSink) {
        requireNonNull(errorSink, "errorSink");
        return derive(values -> values.errorSink = errorSink);
    }

    /**
     * Derives options with this time for {@link Bus#close()} to hand out what was published before.
     *
     * @param closeTimeout more than zero
     * @return the derived options
     * @throws IllegalArgumentException if the timeout is zero or negative
     */
    public BusOptions withCloseTimeout(Duration closeTimeout) {
        Service.positive(closeTimeout);
        return derive(values -> values.closeTimeout = closeTimeout);
    }

    /**
     * Derives options with this retry policy for subscriptions that are not given one of their own. Subscriptions to topics
     * in place are not retried.
     *
     * @param retry how often and when to try again what a handler failed on
     * @return the derived options
     */
    public BusOptions withRetry(RetryPolicy retry) {
        requireNonNull(retry, "retry");
        return derive(values -> values.retry = retry);
    }

    /**
     * Derives options for a bus that keeps so many dead letters per topic, the newest. They hold their messages: mind
     * the memory where messages are large.
     *
     * @param deadLetterCapacity how many; 0 or more. With 0 they go only to who subscribes to {@link DeadLetter#topicOf},
     *     and the error sink is told of each that is not kept
     * @return the derived options
     * @throws IllegalArgumentException if the number is negative
     */
    public BusOptions withDeadLetterCapacity(int deadLetterCapacity) {
        if (deadLetterCapacity < 0) {
            throw new IllegalArgumentException("deadLetterCapacity is " + deadLetterCapacity + ": give 0 or more");
        }
        return derive(values -> values.deadLetterCapacity = deadLetterCapacity);
    }

    /**
     * Derives options that say when a handler counts as stuck, and what to do about it then. It is reported to the error
     * sink once, as a {@link StuckHandlerException}.
     *
     * @param stuckAfter how long a handler may be busy with one message; more than zero
     * @param policy what to do
     * @return the derived options
     * @throws IllegalArgumentException if the time is not more than zero
     */
    public BusOptions withStuckAfter(Duration stuckAfter, StuckPolicy policy) {
        Service.positive(stuckAfter);
        requireNonNull(policy, "policy");
        return derive(values -> {
            values.stuckAfter = stuckAfter;
            values.stuckPolicy = policy;
        });
    }

    /**
     * Derives options with one more interceptor, inside of those given before.
     *
     * @param interceptor stands around every publish, handler and reply
     * @return the derived options
     */
    public BusOptions withInterceptor(Interceptor interceptor) {
        requireNonNull(interceptor, "interceptor");
        List<Interceptor> more = Stream.concat(values.interceptors.stream(), Stream.of(interceptor))
                .toList();
        return derive(values -> values.interceptors = more);
    }

    /**
     * Derives options for a bus without threads, whose handlers and clock are driven by hand.
     *
     * @param stepper drives one bus
     * @return the derived options
     */
    public BusOptions steppedBy(Stepper stepper) {
        requireNonNull(stepper, "stepper");
        return derive(values -> values.stepper = stepper);
    }

    /**
     * The name of the bus.
     *
     * @return {@code bus} unless another was chosen
     */
    public String name() {
        return values.name;
    }

    /**
     * Where the bus reports what user code throws.
     *
     * @return the sink, or null for the system's logger
     */
    public @Nullable ErrorSink errorSink() {
        return values.errorSink;
    }

    /**
     * How long {@link Bus#close()} may take to hand out what was published before.
     *
     * @return 10 seconds unless another time was chosen
     */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /**
     * What happens to messages that a handler fails on, unless its subscription says otherwise.
     *
     * @return {@link RetryPolicy#NONE} unless another was chosen
     */
    public RetryPolicy retry() {
        return values.retry;
    }

    /**
     * How many dead letters are kept per topic.
     *
     * @return 256 unless another number was chosen
     */
    public int deadLetterCapacity() {
        return values.deadLetterCapacity;
    }

    /**
     * How long a handler may be busy with one message before it counts as stuck.
     *
     * @return 30 seconds unless another time was chosen
     */
    public Duration stuckAfter() {
        return values.stuckAfter;
    }

    /**
     * What is done about a stuck handler.
     *
     * @return {@link StuckPolicy#WAIT} unless another was chosen
     */
    public StuckPolicy stuckPolicy() {
        return values.stuckPolicy;
    }

    /**
     * What stands around every publish, handler and reply.
     *
     * @return the interceptors, the outermost first; none unless chosen
     */
    public List<Interceptor> interceptors() {
        return values.interceptors;
    }

    @Nullable Stepper stepper() {
        return values.stepper;
    }
}
