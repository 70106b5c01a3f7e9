package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Claim;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;

/**
 * The claim of a slot that owns its message. There is one for each slot, so that claiming allocates nothing; a single
 * publisher, which can have but one open, always has the same.
 */
public final class SlotClaim<T> implements Claim<T> {
    private static final long ENDED = -1;

    private final Ring<T> ring;
    private long sequence = ENDED;

    SlotClaim(Ring<T> ring) {
        this.ring = ring;
    }

    void begin(long claimed) {
        sequence = claimed;
    }

    boolean isOpen() {
        return sequence != ENDED;
    }

    @Override
    public T message() {
        return ring.own(open());
    }

    @Override
    public void headers(Headers headers) {
        ring.slots().headers(open(), requireNonNull(headers, "headers"));
    }

    @Override
    public PublishOutcome commit() {
        long claimed = open();
        sequence = ENDED;
        return ring.publishClaimed(claimed);
    }

    @Override
    public void abort() {
        ring.abortClaimed(open());
        sequence = ENDED;
    }

    @Override
    public void close() {
        if (isOpen()) {
            abort();
        }
    }

    private long open() {
        long claimed = sequence;
        if (claimed == ENDED) {
            throw new IllegalStateException("the claim has been committed or aborted: make a new one for each message");
        }
        return claimed;
    }

    @Override
    public String toString() {
        return isOpen() ? "Claim[" + sequence + "]" : "Claim[ended]";
    }
}
