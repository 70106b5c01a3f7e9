package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Claim;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;

/** A slot that owns its message for good; it is its own claim, so that claiming allocates nothing. */
public final class InPlaceSlot<T> extends Slot<T> implements Claim<T> {
    private final Ring<T> ring;
    private final T own;
    private long sequence;
    private boolean claimed;

    InPlaceSlot(Ring<T> ring, T own) {
        this.ring = ring;
        this.own = own;
        this.message = requireNonNull(own, "the topic's factory made null instead of a message");
    }

    void claim(long sequence) {
        this.sequence = sequence;
        claimed = true;
        prepare(Headers.NONE);
    }

    /** The slot's own message. */
    public T own() {
        return own;
    }

    @Override
    public T message() {
        checkClaimed();
        return own;
    }

    @Override
    public void headers(Headers headers) {
        checkClaimed();
        prepare(requireNonNull(headers, "headers"));
    }

    @Override
    public PublishOutcome commit() {
        checkClaimed();
        claimed = false;
        return ring.publishClaimed(sequence, this);
    }

    @Override
    public void abort() {
        checkClaimed();
        makeVoid();
        ring.countVoid();
        commit();
    }

    @Override
    public void close() {
        if (claimed) {
            abort();
        }
    }

    private void checkClaimed() {
        if (!claimed) {
            throw new IllegalStateException("the claim has been committed or aborted: make a new one for each message");
        }
    }

    @Override
    void empty() {
        dropHeaders();
    }

    @Override
    public String toString() {
        return "Claim[" + sequence + (claimed ? ", open]" : ", ended]");
    }
}
