package dev.tokenring.bus;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where a message stands in a trace that may span many programs, as the {@code traceparent} header of <a
 * href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a> tells it. It travels in {@link
 * Headers#traceContext()}; an {@link Interceptor} can carry it on from the message that is being handled to those that are
 * published meanwhile:
 *
 * <pre>{@code
 * public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
 *     TraceContext before = TraceContext.of(cause);
 *     TraceContext now = before == null ? TraceContext.newRoot(random) : before.child(random);
 *     return headers.withTraceContext(now.toString());
 * }
 * }</pre>
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class TraceContext {
    private static final String EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final HexFormat HEX = HexFormat.of();

    /*
     * The places of the four fields, which are separated by dashes:
     *
     * 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
     * 0  3                                36               53
     */
    private static final int TRACE_ID_AT = 3;
    private static final int PARENT_ID_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int LENGTH = 55;

    private static final int SAMPLED = 1;

    private final long traceIdHigh;
    private final long traceIdLow;
    private final long parentId;
    private final boolean sampled;

    private TraceContext(long traceIdHigh, long traceIdLow, long parentId, boolean sampled) {
        this.traceIdHigh = traceIdHigh;
        this.traceIdLow = traceIdLow;
        this.parentId = parentId;
        this.sampled = sampled;
    }

    /**
     * Reads a {@code traceparent}. Of a version later than 00 the fields of version 00 are read, as the standard asks.
     *
     * @param traceparent such as {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}
     * @return what it says
     * @throws IllegalArgumentException if the text is not of that form, with the fault
     */
    public static TraceContext parse(String traceparent) {
        String fault = fault(traceparent);
        if (fault != null) {
            throw new IllegalArgumentException(
                    "traceparent is \"" + traceparent + "\": " + fault + "; it must look like " + EXAMPLE);
        }
        return read(traceparent);
    }

    /**
     * Reads the trace context of a message. One that is malformed is as good as none: the standard asks that the trace
     * begin anew then.
     *
     * @param headers the message's headers
     * @return the trace context, or null if the headers have none that can be read
     */
    public static @Nullable TraceContext of(Headers headers) {
        String traceparent = headers.traceContext();
        return traceparent == null || fault(traceparent) != null ? null : read(traceparent);
    }

    /**
     * Begins a trace, which is not sampled.
     *
     * @param random where the ids come from
     * @return the first context of the trace
     */
    public static TraceContext newRoot(RandomGenerator random) {
        return new TraceContext(random.nextLong(), idOf(random), idOf(random), false);
    }

    /** All ids but zero are valid. */
    private static long idOf(RandomGenerator random) {
        long id = random.nextLong();
        while (id == 0) {
            id = random.nextLong();
        }
        return id;
    }

    private static TraceContext read(String traceparent) {
        int lowAt = TRACE_ID_AT + 16;
        int flags = HexFormat.fromHexDigits(traceparent, FLAGS_AT, LENGTH);
        return new TraceContext(
                HexFormat.fromHexDigitsToLong(traceparent, TRACE_ID_AT, lowAt),
                HexFormat.fromHexDigitsToLong(traceparent, lowAt, PARENT_ID_AT - 1),
                HexFormat.fromHexDigitsToLong(traceparent, PARENT_ID_AT, FLAGS_AT - 1),
                (flags & SAMPLED) != 0);
    }

    /** What is wrong with a text, or null. */
    private static @Nullable String fault(String text) {
        if (text.length() < LENGTH) {
            return "it has " + text.length() + " characters, fewer than " + LENGTH;
        }
        if (!isField(text, 0, TRACE_ID_AT - 1) || text.startsWith("ff")) {
            return "its version must be two lower-case hex digits, and not ff";
        }
        if (!isField(text, TRACE_ID_AT, PARENT_ID_AT - 1) || isZero(text, TRACE_ID_AT, PARENT_ID_AT - 1)) {
            return "its trace id must be 32 lower-case hex digits, and not all zero";
        }
        if (!isField(text, PARENT_ID_AT, FLAGS_AT - 1) || isZero(text, PARENT_ID_AT, FLAGS_AT - 1)) {
            return "its parent id must be 16 lower-case hex digits, and not all zero";
        }
        if (!isField(text, FLAGS_AT, LENGTH)) {
            return "its flags must be two lower-case hex digits";
        }
        if (text.length() > LENGTH && text.startsWith("00")) {
            return "version 00 has nothing after the flags";
        }
        return null;
    }

    /** Whether these are lower-case hex digits, and a dash or the end follows. */
    private static boolean isField(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return end == text.length() || text.charAt(end) == '-';
    }

    private static boolean isZero(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /**
     * Derives the context of what happens next in this trace: it has a parent id of its own, and all else in common with
     * this one.
     *
     * @param random where the id comes from
     * @return the derived context
     */
    public TraceContext child(RandomGenerator random) {
        return new TraceContext(traceIdHigh, traceIdLow, idOf(random), sampled);
    }

    /**
     * Derives a context that says whether the trace is being recorded. By the standard this may change only together with
     * the parent id: in a root or a child that was just made.
     *
     * @param sampled whether the caller may have recorded the trace
     * @return the derived context
     */
    public TraceContext withSampled(boolean sampled) {
        return new TraceContext(traceIdHigh, traceIdLow, parentId, sampled);
    }

    /**
     * The name of the whole trace.
     *
     * @return 32 lower-case hex digits, not all zero
     */
    public String traceId() {
        return HEX.toHexDigits(traceIdHigh) + HEX.toHexDigits(traceIdLow);
    }

    /**
     * The name of the step in the trace that the message comes from; others call it the span id.
     *
     * @return 16 lower-case hex digits, not all zero
     */
    public String parentId() {
        return HEX.toHexDigits(parentId);
    }

    /**
     * Whether the caller may have recorded the trace.
     *
     * @return the flag {@code sampled}
     */
    public boolean sampled() {
        return sampled;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceContext that
                && traceIdHigh == that.traceIdHigh
                && traceIdLow == that.traceIdLow
                && parentId == that.parentId
                && sampled == that.sampled;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(traceIdLow ^ parentId);
    }

    /**
     * Writes a {@code traceparent} of version 00, in which no flag is set but {@code sampled}.
     *
     * @return such as {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}
     */
    @Override
    public String toString() {
        return "00-" + traceId() + "-" + parentId() + (sampled ? "-01" : "-00");
    }
}
