package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What travels beside a message: who sent it, when, in answer to what, until when it matters.
 *
 * <p>Every header is optional. {@link #NONE} carries nothing and costs nothing; a variant is derived with the {@code
 * with…} methods, each of which returns a new object:
 *
 * <pre>{@code
 * Headers headers = Headers.NONE.withCorrelationId("call-17").withSender("user1");
 * }</pre>
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class Headers {
    /** No header at all. */
    public static final Headers NONE = new Headers(new EnumMap<>(Key.class));

    private enum Key {
        MESSAGE_ID("messageId"),
        CORRELATION_ID("correlationId"),
        TIME("time"),
        SENDER("sender"),
        PRIORITY("priority"),
        DEADLINE("deadline"),
        IDEMPOTENCY_KEY("idempotencyKey"),
        TRACE_CONTEXT("traceContext"),
        ENTRIES("entries");

        private final String label;

        Key(String label) {
            this.label = label;
        }
    }

    /** The headers that are present; never changed once this object is made. */
    private final EnumMap<Key, Object> values;

    private Headers(EnumMap<Key, Object> values) {
        this.values = values;
    }

    private Headers with(Key key, Object value) {
        EnumMap<Key, Object> derived = values.clone();
        derived.put(key, value);
        return new Headers(derived);
    }

    private Headers without(Key key) {
        EnumMap<Key, Object> derived = values.clone();
        derived.remove(key);
        return new Headers(derived);
    }

    private Headers withText(Key key, String value) {
        if (requireNonNull(value, key.label).isEmpty()) {
            throw empty(key.label);
        }
        return with(key, value);
    }

    private static IllegalArgumentException empty(String header) {
        return new IllegalArgumentException(header + " is \"\": give at least one character, or leave the header out");
    }

    private @Nullable String text(Key key) {
        return (String) values.get(key);
    }

    private @Nullable Instant instant(Key key) {
        return (Instant) values.get(key);
    }

    /**
     * The name of this one message.
     *
     * @return the id, or null if the sender gave none
     */
    public @Nullable String messageId() {
        return text(Key.MESSAGE_ID);
    }

    /**
     * What ties messages of one exchange together: a reply carries the correlation id of its request.
     *
     * @return the id, or null if the sender gave none
     */
    public @Nullable String correlationId() {
        return text(Key.CORRELATION_ID);
    }

    /**
     * When the message came to be.
     *
     * @return the instant, or null if the sender gave none
     */
    public @Nullable Instant time() {
        return instant(Key.TIME);
    }

    /**
     * Who sent the message.
     *
     * @return the sender's name, or null if the sender gave none
     */
    public @Nullable String sender() {
        return text(Key.SENDER);
    }

    /**
     * How urgent the message is: the larger, the more urgent.
     *
     * @return the priority; 0 unless the sender gave another
     */
    public int priority() {
        Integer priority = (Integer) values.get(Key.PRIORITY);
        return priority == null ? 0 : priority;
    }

    /**
     * The instant after which nobody wants the answer.
     *
     * @return the deadline, or null if there is none
     */
    public @Nullable Instant deadline() {
        return instant(Key.DEADLINE);
    }

    /**
     * Two messages with the same key ask for the same effect, which should happen once.
     *
     * @return the key, or null if the sender gave none
     */
    public @Nullable String idempotencyKey() {
        return text(Key.IDEMPOTENCY_KEY);
    }

    /**
     * The trace that the message belongs to, in the form of the W3C {@code traceparent} header.
     *
     * @return the trace context, or null if the message is not traced
     */
    public @Nullable String traceContext() {
        return text(Key.TRACE_CONTEXT);
    }

    /**
     * Free-form entries of the user's own, ordered by key.
     *
     * @return an unmodifiable map, empty if there are none
     */
    @SuppressWarnings("unchecked") // withEntry puts nothing else there
    public Map<String, String> entries() {
        Object entries = values.get(Key.ENTRIES);
        return entries == null ? Map.of() : (Map<String, String>) entries;
    }

    /**
     * Derives headers with this message id.
     *
     * @param messageId the id; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the id is empty
     */
    public Headers withMessageId(String messageId) {
        return withText(Key.MESSAGE_ID, messageId);
    }

    /**
     * Derives headers with this correlation id.
     *
     * @param correlationId the id; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the id is empty
     */
    public Headers withCorrelationId(String correlationId) {
        return withText(Key.CORRELATION_ID, correlationId);
    }

    /**
     * Derives headers with this time.
     *
     * @param time when the message came to be
     * @return the derived headers
     */
    public Headers withTime(Instant time) {
        return with(Key.TIME, requireNonNull(time, "time"));
    }

    /**
     * Derives headers with this sender.
     *
     * @param sender the sender's name; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the name is empty
     */
    public Headers withSender(String sender) {
        return withText(Key.SENDER, sender);
    }

    /**
     * Derives headers with this priority.
     *
     * @param priority the larger, the more urgent; any number is valid, 0 is the default
     * @return the derived headers
     */
    public Headers withPriority(int priority) {
        return priority == 0 ? without(Key.PRIORITY) : with(Key.PRIORITY, priority);
    }

    /**
     * Derives headers with this deadline. It is information for whoever handles the message; how long a caller waits is
     * said with the timeout of {@link Bus#request(Service, Object, Headers, java.time.Duration)}.
     *
     * @param deadline the instant after which nobody wants the answer
     * @return the derived headers
     */
    public Headers withDeadline(Instant deadline) {
        return with(Key.DEADLINE, requireNonNull(deadline, "deadline"));
    }

    /**
     * Derives headers with this idempotency key.
     *
     * @param idempotencyKey the key; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the key is empty
     */
    public Headers withIdempotencyKey(String idempotencyKey) {
        return withText(Key.IDEMPOTENCY_KEY, idempotencyKey);
    }

    /**
     * Derives headers that belong to this trace.
     *
     * @param traceContext the value of a W3C {@code traceparent} header; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the value is empty
     */
    public Headers withTraceContext(String traceContext) {
        return withText(Key.TRACE_CONTEXT, traceContext);
    }

    /**
     * Derives headers with one more free-form entry; an entry with the same key is replaced.
     *
     * @param key the entry's key; not empty
     * @param value the entry's value; may be empty
     * @return the derived headers
     * @throws IllegalArgumentException if the key is empty
     */
    public Headers withEntry(String key, String value) {
        if (requireNonNull(key, "key").isEmpty()) {
            throw empty("key");
        }
        var more = new TreeMap<>(entries());
        more.put(key, requireNonNull(value, "value"));
        return with(Key.ENTRIES, Collections.unmodifiableMap(more));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headers that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        var present = new StringJoiner(", ", "Headers[", "]");
        values.forEach((key, value) -> present.add(key.label + "=" + value));
        return present.toString();
    }
}
