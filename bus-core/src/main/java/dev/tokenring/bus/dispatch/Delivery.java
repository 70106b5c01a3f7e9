package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.RingReader;
import dev.tokenring.bus.time.Timers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to a handler, and what the handler may know about it. Reused for the next message, unless this
 * one has to wait: for its retry, for its key, or for its turn. Then it {@linkplain #keep keeps} the message.
 */
public final class Delivery<T> implements MessageContext, RingReader.Taker<T> {
    private static final VarHandle CLAIMED;

    static {
        try {
            CLAIMED = MethodHandles.lookup().findVarHandle(Delivery.class, "claimed", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Marks the number of a message that has come back; the attempt stands below it, and the sequence below that. */
    private static final long AGAIN = 1L << 62;

    /** Of a message that is a batch by itself. */
    private static final long ALONE = -1;

    private final String topic;
    private long sequence;
    private Headers headers = Headers.NONE;
    private long lastOfBatch = ALONE;
    private long missed;
    private int attempt = 1;
    private boolean returned;
    private @Nullable T kept;
    private @Nullable Object key;
    private @Nullable Throwable lastError;
    private @Nullable Instant firstFailure;
    private volatile Timers.@Nullable Timer timer;

    @SuppressWarnings("unused") // by CLAIMED
    private boolean claimed;

    public Delivery(String topic) {
        this.topic = topic;
    }

    @SuppressWarnings("ReferenceEquality")
    void begin(long sequence, Headers headers) {
        this.sequence = sequence;
        if (this.headers != headers) { // most have none, and to store a reference has its price
            this.headers = headers;
        }
    }

    @Override
    public void taken(long sequence, @Nullable T message, Headers headers) {
        begin(sequence, headers);
        lastOfBatch = ALONE;
        kept = message;
        claimed = false;
    }

    /** Gives the message another try from the beginning. */
    public void redriven(T message, long sequence, Headers headers) {
        begin(sequence, headers);
        lastOfBatch = ALONE;
        kept = message;
        returned = true;
    }

    /** Whether there is nothing for a handler in what was taken. */
    boolean isVoid() {
        return kept == null;
    }

    void keep(T message, Throwable error, Instant when) {
        kept = message;
        lastError = error;
        if (firstFailure == null) {
            firstFailure = when;
        }
    }

    /** The message that was kept. */
    T kept() {
        T message = kept;
        if (message == null) {
            throw new AssertionError("the message was not kept");
        }
        return message;
    }

    /** The message that is kept, if one is; for threads that look on. */
    @Nullable T keptOrNull() {
        return kept;
    }

    /** Lets go of the message. */
    void forget() {
        kept = null;
    }

    /** Why it could not be handled the last time, or what its key could not be made out for; null if nothing failed. */
    public @Nullable Throwable lastError() {
        return lastError;
    }

    /** When the handler failed on it for the first time, if that is known. */
    public @Nullable Instant firstFailure() {
        return firstFailure;
    }

    void brokenBy(Throwable error) {
        lastError = error;
    }

    @Nullable Object key() {
        return key;
    }

    void key(@Nullable Object key) {
        this.key = key;
    }

    void missed(long count) {
        missed = count;
    }

    /** Says where the batch ends that this message and those to come belong to; without it each is a batch by itself. */
    void batchEndsAt(long last) {
        lastOfBatch = last;
    }

    /** Makes this the delivery of a message that no handler was ever called with. */
    void neverTried() {
        attempt = 0;
    }

    /** Names this call of a handler: another number for another message, and for another attempt at the same. */
    long number() {
        return returned ? AGAIN | (attempt & 0xFFFFL) << 46 | sequence : sequence;
    }

    /** Says what brings the message back. */
    void comesBackBy(Timers.Timer chosen) {
        timer = chosen;
    }

    /** Has the message not come back, so that no timer keeps it alive. */
    void staysAway() {
        Timers.Timer present = timer;
        if (present != null) {
            present.cancel();
        }
    }

    void comesBack() {
        attempt++;
        returned = true;
        lastOfBatch = ALONE;
        lastError = null;
        CLAIMED.setVolatile(this, false);
    }

    /** Whether the message has come back from where it waited. */
    boolean isReturned() {
        return returned;
    }

    /** Of the handler that fails and the watchdog that gives it up, true for the one that comes first. */
    boolean claim() {
        return CLAIMED.compareAndSet(this, false, true);
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public boolean batchEnd() {
        return sequence >= lastOfBatch;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public long missed() {
        return missed;
    }
}
