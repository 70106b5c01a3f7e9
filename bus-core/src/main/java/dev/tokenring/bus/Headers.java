package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
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
    public static final Headers NONE = new Headers(null, null, null, null, 0, null, null, null, Map.of());

    private final @Nullable String messageId;
    private final @Nullable String correlationId;
    private final @Nullable Instant time;
    private final @Nullable String sender;
    private final int priority;
    private final @Nullable Instant deadline;
    private final @Nullable String idempotencyKey;
    private final @Nullable String traceContext;
    private final Map<String, String> entries;

    private Headers(
            @Nullable String messageId,
            @Nullable String correlationId,
            @Nullable Instant time,
            @Nullable String sender,
            int priority,
            @Nullable Instant deadline,
            @Nullable String idempotencyKey,
            @Nullable String traceContext,
            Map<String, String> entries) {
        this.messageId = messageId;
        this.correlationId = correlationId;
        this.time = time;
        this.sender = sender;
        this.priority = priority;
        this.deadline = deadline;
        this.idempotencyKey = idempotencyKey;
        this.traceContext = traceContext;
        this.entries = entries;
    }

    /**
     * The name of this one message.
     *
     * @return the id, or null if the sender gave none
     */
    public @Nullable String messageId() {
        return messageId;
    }

    /**
     * What ties messages of one exchange together: a reply carries the correlation id of its request.
     *
     * @return the id, or null if the sender gave none
     */
    public @Nullable String correlationId() {
        return correlationId;
    }

    /**
     * When the message came to be.
     *
     * @return the instant, or null if the sender gave none
     */
    public @Nullable Instant time() {
        return time;
    }

    /**
     * Who sent the message.
     *
     * @return the sender's name, or null if the sender gave none
     */
    public @Nullable String sender() {
        return sender;
    }

    /**
     * How urgent the message is: the larger, the more urgent.
     *
     * @return the priority; 0 unless the sender gave another
     */
    public int priority() {
        return priority;
    }

    /**
     * The instant after which nobody wants the answer.
     *
     * @return the deadline, or null if there is none
     */
    public @Nullable Instant deadline() {
        return deadline;
    }

    /**
     * Two messages with the same key ask for the same effect, which should happen once.
     *
     * @return the key, or null if the sender gave none
     */
    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    /**
     * The trace that the message belongs to, in the form of the W3C {@code traceparent} header.
     *
     * @return the trace context, or null if the message is not traced
     */
    public @Nullable String traceContext() {
        return traceContext;
    }

    /**
     * Free-form entries of the user's own, ordered by key.
     *
     * @return an unmodifiable map, empty if there are none
     */
    public Map<String, String> entries() {
        return entries;
    }

    /**
     * Derives headers with this message id.
     *
     * @param messageId the id; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the id is empty
     */
    public Headers withMessageId(String messageId) {
        return new Headers(
                text("messageId", messageId),
                correlationId,
                time,
                sender,
                priority,
                deadline,
                idempotencyKey,
                traceContext,
                entries);
    }

    /**
     * Derives headers with this correlation id.
     *
     * @param correlationId the id; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the id is empty
     */
    public Headers withCorrelationId(String correlationId) {
        return new Headers(
                messageId,
                text("correlationId", correlationId),
                time,
                sender,
                priority,
                deadline,
                idempotencyKey,
                traceContext,
                entries);
    }

    /**
     * Derives headers with this time.
     *
     * @param time when the message came to be
     * @return the derived headers
     */
    public Headers withTime(Instant time) {
        return new Headers(
                messageId,
                correlationId,
                requireNonNull(time, "time"),
                sender,
                priority,
                deadline,
                idempotencyKey,
                traceContext,
                entries);
    }

    /**
     * Derives headers with this sender.
     *
     * @param sender the sender's name; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the name is empty
     */
    public Headers withSender(String sender) {
        return new Headers(
                messageId,
                correlationId,
                time,
                text("sender", sender),
                priority,
                deadline,
                idempotencyKey,
                traceContext,
                entries);
    }

    /**
     * Derives headers with this priority.
     *
     * @param priority the larger, the more urgent; any number is valid, 0 is the default
     * @return the derived headers
     */
    public Headers withPriority(int priority) {
        return new Headers(
                messageId, correlationId, time, sender, priority, deadline, idempotencyKey, traceContext, entries);
    }

    /**
     * Derives headers with this deadline.
     *
     * @param deadline the instant after which nobody wants the answer
     * @return the derived headers
     */
    public Headers withDeadline(Instant deadline) {
        return new Headers(
                messageId,
                correlationId,
                time,
                sender,
                priority,
                requireNonNull(deadline, "deadline"),
                idempotencyKey,
                traceContext,
                entries);
    }

    /**
     * Derives headers with this idempotency key.
     *
     * @param idempotencyKey the key; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the key is empty
     */
    public Headers withIdempotencyKey(String idempotencyKey) {
        return new Headers(
                messageId,
                correlationId,
                time,
                sender,
                priority,
                deadline,
                text("idempotencyKey", idempotencyKey),
                traceContext,
                entries);
    }

    /**
     * Derives headers that belong to this trace.
     *
     * @param traceContext the value of a W3C {@code traceparent} header; not empty
     * @return the derived headers
     * @throws IllegalArgumentException if the value is empty
     */
    public Headers withTraceContext(String traceContext) {
        return new Headers(
                messageId,
                correlationId,
                time,
                sender,
                priority,
                deadline,
                idempotencyKey,
                text("traceContext", traceContext),
                entries);
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
        var more = new TreeMap<>(entries);
        more.put(text("key", key), requireNonNull(value, "value"));
        return new Headers(
                messageId,
                correlationId,
                time,
                sender,
                priority,
                deadline,
                idempotencyKey,
                traceContext,
                Collections.unmodifiableMap(more));
    }

    private static String text(String header, String value) {
        if (requireNonNull(value, header).isEmpty()) {
            throw new IllegalArgumentException(
                    header + " is \"\": give at least one character, or leave the header out");
        }
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headers that
                && priority == that.priority
                && Objects.equals(messageId, that.messageId)
                && Objects.equals(correlationId, that.correlationId)
                && Objects.equals(time, that.time)
                && Objects.equals(sender, that.sender)
                && Objects.equals(deadline, that.deadline)
                && Objects.equals(idempotencyKey, that.idempotencyKey)
                && Objects.equals(traceContext, that.traceContext)
                && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                messageId, correlationId, time, sender, priority, deadline, idempotencyKey, traceContext, entries);
    }

    @Override
    public String toString() {
        var present = new StringJoiner(", ", "Headers[", "]");
        addIfPresent(present, "messageId", messageId);
        addIfPresent(present, "correlationId", correlationId);
        addIfPresent(present, "time", time);
        addIfPresent(present, "sender", sender);
        addIfPresent(present, "priority", priority == 0 ? null : priority);
        addIfPresent(present, "deadline", deadline);
        addIfPresent(present, "idempotencyKey", idempotencyKey);
        addIfPresent(present, "traceContext", traceContext);
        addIfPresent(present, "entries", entries.isEmpty() ? null : entries);
        return present.toString();
    }

    private static void addIfPresent(StringJoiner present, String header, @Nullable Object value) {
        if (value != null) {
            present.add(header + "=" + value);
        }
    }
}
