package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Claim;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The claim of a slot that owns its message. There is one for each slot, so that claiming allocates nothing. It may be
 * another thread's again while one that has committed it still holds on to it, in a {@code try} block for example; so it
 * knows whose it is, and its end comes before the slot can be claimed again.
 */
public final class SlotClaim<T> implements Claim<T> {
    private static final long ENDED = -1;

    private static final VarHandle SEQUENCE;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(SlotClaim.class, "sequence", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Ring<T> ring;
    /** The id of the thread that made the claim: a reference to it would cost a barrier of the collector. */
    private long owner;

    @SuppressWarnings("unused") // by SEQUENCE, which orders what is told of the owner
    private long sequence = ENDED;

    SlotClaim(Ring<T> ring) {
        this.ring = ring;
    }

    void begin(long claimed) {
        owner = Thread.currentThread().getId();
        SEQUENCE.setRelease(this, claimed);
    }

    boolean isOpen() {
        return (long) SEQUENCE.getAcquire(this) != ENDED;
    }

    private boolean isMine() {
        return owner == Thread.currentThread().getId();
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
        return ring.publishClaimed(end());
    }

    @Override
    public void abort() {
        ring.abortClaimed(end());
    }

    @Override
    public void close() {
        if (isOpen() && isMine()) {
            abort();
        }
    }

    private long end() {
        long claimed = open();
        SEQUENCE.setRelease(this, ENDED);
        return claimed;
    }

    private long open() {
        long claimed = (long) SEQUENCE.getAcquire(this);
        if (claimed == ENDED) {
            throw new IllegalStateException("the claim has been committed or aborted: make a new one for each message");
        }
        if (!isMine()) {
            throw new IllegalStateException(
                    "the claim belongs to another thread: commit or abort a claim on the thread that"
                            + " made it, once, and make a new one for each message");
        }
        return claimed;
    }

    @Override
    public String toString() {
        long claimed = (long) SEQUENCE.getAcquire(this);
        return claimed == ENDED ? "Claim[ended]" : "Claim[" + claimed + "]";
    }
}
