package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records what is published, for tests. A test reads on with {@link #next()}, which fails if there is nothing, or looks at
 * all there is with {@link #messages()}:
 *
 * <pre>{@code
 * Probe<Alert> alerts = Probe.on(bus, ALERTS);
 * bus.publish(ORDERS, order);
 * stepper.run();
 * assertThat(alerts.next()).isEqualTo(new Alert("somebody has ordered"));
 * alerts.expectNone();
 * }</pre>
 *
 * <p>A failed expectation is an {@link AssertionError} that tells what there was instead. On a bus with threads, {@link
 * #next(Duration)} and {@link #await} wait until it is fulfilled; on a bus that is driven by a {@link Stepper} they look at
 * once, as nothing could come meanwhile.
 *
 * <p>To the bus, a probe is one more subscription: it gets each message whose publishing starts after it was made, it is
 * stepped as the others are, and nobody can publish to a ring that is full of what it has not got yet. It keeps what it
 * records until it is {@linkplain #clear() cleared}, also when it or the bus is closed.
 *
 * <p>Messages that lie in place are overwritten, so of those it can only keep a copy: say how to make one, or which part
 * of the message to keep.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> the type of what is recorded of a message: the message's own, or a copy's
 */
public final class Probe<T> implements AutoCloseable {
    private static final int MAX_SHOWN = 10;

    private final String source;
    private final boolean stepped;
    private final Subscription subscription;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<T> messages = new ArrayList<>();
    private final List<Headers> headers = new ArrayList<>();
    private final List<String> topics = new ArrayList<>();
    private int read;
    private @Nullable Throwable copyFailure;

    /** Gives what is to be recorded of a message. */
    @FunctionalInterface
    private interface Copy<M, T> {
        T of(M message, MessageContext context);
    }

    private <M> Probe(Bus bus, String source, SubscriptionBuilder<M> reader, Copy<? super M, ? extends T> copy) {
        this.source = source;
        this.stepped = bus.isStepped();
        this.subscription = reader.retry(RetryPolicy.NONE).handle((message, context) -> record(copy, message, context));
    }

    /**
     * Begins to record what is published to a topic.
     *
     * @param <T> the type of the messages
     * @param bus the bus
     * @param topic the topic
     * @return a probe; it lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the topic's messages lie in place, or the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public static <T> Probe<T> on(Bus bus, Topic<T> topic) {
        if (topic.isInPlace()) {
            throw overwritten(topic.name());
        }
        return new Probe<>(bus, topic.name(), bus.subscription(topic), (message, context) -> message);
    }

    /**
     * Begins to record a copy, or a part, of each message that is published to a topic.
     *
     * @param <M> the type of the messages
     * @param <T> the type of what is recorded
     * @param bus the bus
     * @param topic the topic; its messages may lie in place
     * @param copy gives what to record of a message, and must not give the message itself if that lies in place
     * @return a probe; it lasts until it is closed, or the bus is
     * @throws IllegalArgumentException if the bus has a different topic of this name
     * @throws BusClosedException if the bus is closing or closed
     */
    public static <M, T> Probe<T> on(Bus bus, Topic<M> topic, Function<? super M, ? extends T> copy) {
        requireNonNull(copy, "copy");
        return new Probe<>(bus, topic.name(), bus.subscription(topic), (message, context) -> copy.apply(message));
    }

    /**
     * Begins to record what is published to all topics of a pattern, those included that are yet to come. A message that
     * lies in place can't be recorded like this: every expectation fails after one.
     *
     * @param <T> the type of the messages
     * @param bus the bus
     * @param pattern the pattern; {@link DeadLetter#ALL} for the dead letters of all topics
     * @return a probe; it lasts until it is closed, or the bus is
     * @throws BusClosedException if the bus is closing or closed
     */
    public static <T> Probe<T> on(Bus bus, TopicPattern<T> pattern) {
        return new Probe<>(bus, pattern.pattern(), bus.subscription(pattern), (message, context) -> {
            if (bus.hasInPlace(context.topic())) {
                throw overwritten(context.topic());
            }
            return message;
        });
    }

    /**
     * Begins to record a copy, or a part, of each message that is published to the topics of a pattern, those included that
     * are yet to come.
     *
     * @param <M> the type of the messages
     * @param <T> the type of what is recorded
     * @param bus the bus
     * @param pattern the pattern
     * @param copy gives what to record of a message, and must not give the message itself if that lies in place
     * @return a probe; it lasts until it is closed, or the bus is
     * @throws BusClosedException if the bus is closing or closed
     */
    public static <M, T> Probe<T> on(Bus bus, TopicPattern<M> pattern, Function<? super M, ? extends T> copy) {
        requireNonNull(copy, "copy");
        return new Probe<>(
                bus, pattern.pattern(), bus.subscription(pattern), (message, context) -> copy.apply(message));
    }

    private static IllegalArgumentException overwritten(String topic) {
        return new IllegalArgumentException("the messages of topic " + topic + " lie in place and are overwritten, so a"
                + " probe can't keep them: say with Probe.on(bus, topic, copy) what to keep of each");
    }

    private <M> void record(Copy<? super M, ? extends T> copy, M message, MessageContext context) {
        try {
            T kept = requireNonNull(copy.of(message, context), "the copy of a message");
            change(() -> {
                messages.add(kept);
                headers.add(context.headers());
                topics.add(context.topic());
            });
        } catch (Throwable copyFailed) {
            change(() -> copyFailure = copyFailed);
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- looking at all

    /**
     * All that was recorded, whether read with {@link #next()} or not.
     *
     * @return the messages in the order in which they came, which on one topic is that of publishing; a list of its own
     * @throws AssertionError if a message could not be copied
     */
    public List<T> messages() {
        return seen(messages);
    }

    /**
     * What travelled beside each of the {@link #messages()}.
     *
     * @return the headers, in the same order; {@link Headers#NONE} where the publisher gave none
     * @throws AssertionError if a message could not be copied
     */
    public List<Headers> headers() {
        return seen(headers);
    }

    /**
     * Where each of the {@link #messages()} was published, for probes of a pattern.
     *
     * @return the names of the topics, in the same order
     * @throws AssertionError if a message could not be copied
     */
    public List<String> topics() {
        return seen(topics);
    }

    /**
     * How many messages were recorded.
     *
     * @return the number of {@link #messages()}
     * @throws AssertionError if a message could not be copied
     */
    public int count() {
        return messages().size();
    }

    private <V> List<V> seen(List<V> recorded) {
        lock.lock();
        try {
            checkCopied();
            return List.copyOf(recorded);
        } finally {
            lock.unlock();
        }
    }

    // ---- expecting

    /**
     * Reads on by one message, without waiting.
     *
     * @return the oldest message that was not read yet
     * @throws AssertionError if there is none
     */
    public T next() {
        return next(0, "");
    }

    /**
     * Reads on by one message; waits for it if need be, unless the bus is driven by a {@link Stepper}.
     *
     * @param timeout how long to wait; more than zero
     * @return the oldest message that was not read yet
     * @throws AssertionError if there is none, and none came in time
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalArgumentException if the timeout is not more than zero
     */
    public T next(Duration timeout) {
        return next(Service.positive(timeout).toNanos(), within(timeout));
    }

    private T next(long timeoutNs, String within) {
        lock.lock();
        try {
            if (!has(read + 1, timeoutNs)) {
                throw failed("message " + (read + 1) + " on " + source + within, messages);
            }
            return messages.get(read++);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Expects that so many messages were recorded, read or not; waits for them if need be, unless the bus is driven by a
     * {@link Stepper}. More than that are as good.
     *
     * @param count how many; more than zero
     * @param timeout how long to wait; more than zero
     * @return all messages that were recorded by then
     * @throws AssertionError if there are fewer, and the others did not come in time
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalArgumentException if the count or the timeout is not more than zero
     */
    public List<T> await(int count, Duration timeout) {
        if (count <= 0) {
            throw new IllegalArgumentException(
                    "count is " + count + ": give the number of messages, 1 or more; see expectNone for none");
        }
        long timeoutNs = Service.positive(timeout).toNanos();
        lock.lock();
        try {
            if (!has(count, timeoutNs)) {
                throw failed(count + " messages on " + source + within(timeout), messages);
            }
            return List.copyOf(messages);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Expects that every message was read, and that none waits for a {@link Stepper}. On a bus with threads, that tells
     * nothing of a message that is still on its way: wait first for something that comes after it.
     *
     * @throws AssertionError if there is one
     */
    public void expectNone() {
        lock.lock();
        try {
            checkCopied();
            if (read < messages.size() || unstepped() > 0) {
                throw failed("no unread messages on " + source, messages.subList(read, messages.size()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was recorded, as if the probe had begun now. */
    public void clear() {
        change(() -> {
            messages.clear();
            headers.clear();
            topics.clear();
            read = 0;
        });
    }

    /** Ends the recording. What was recorded stays. */
    @Override
    public void close() {
        subscription.close();
    }

    /** Waits until there are so many messages; false if there are not in time. */
    private boolean has(int count, long timeoutNs) {
        long leftNs = stepped ? 0 : timeoutNs;
        checkCopied();
        while (messages.size() < count && leftNs > 0) {
            try {
                leftNs = changed.awaitNanos(leftNs);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for a message on " + source);
            }
            checkCopied();
        }
        return messages.size() >= count;
    }

    private void checkCopied() {
        Throwable failure = copyFailure;
        if (failure != null) {
            throw new AssertionError("a message on " + source + " could not be recorded: " + failure, failure);
        }
    }

    private String within(Duration timeout) {
        return stepped ? "" : " within " + timeout;
    }

    private AssertionError failed(String expected, List<T> found) {
        var text = new StringBuilder("expected ").append(expected).append(", but found ");
        text.append(found.isEmpty() ? "none" : found.size() + ": " + newest(found));
        long unstepped = unstepped();
        if (unstepped > 0) {
            text.append("; and ").append(unstepped).append(" to be stepped: call Stepper.run() first");
        }
        return new AssertionError(text.toString());
    }

    private static String newest(List<?> found) {
        int before = Math.max(0, found.size() - MAX_SHOWN);
        return (before == 0 ? "" : before + " others, and ") + found.subList(before, found.size());
    }

    /** How many messages will come when the bus is stepped. */
    private long unstepped() {
        return stepped ? subscription.lag() : 0;
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return "Probe[" + source + ", recorded=" + messages.size() + ", read=" + read + "]";
        } finally {
            lock.unlock();
        }
    }
}
