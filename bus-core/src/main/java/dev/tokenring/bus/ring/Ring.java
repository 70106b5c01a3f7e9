package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.Sequence;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A ring on the Disruptor's sequences, whose readers come and go, and that can be ended without losing count of a single
 * message.
 *
 * <pre>
 *        released                 slowest reader            cursor
 *           |                            |                    |
 *   --------+============================+====================+--------
 *     empty      read by all: emptied         still to read      claimed next
 *                in one go, then released
 * </pre>
 *
 * <p>{@link Readers} tells how publishers are held back.
 *
 * <p><b>The end.</b> {@link #end} first sets {@code ending}, then finds out which is the first sequence that was not
 * published before. With many publishers it claims a slot for itself, the end mark: a publisher looks at {@code ending}
 * after its claim, and if that came after the mark's, it is sure to see {@code ending} set, since both claims are
 * compare-and-sets on one cursor. A full ring gets no mark: while releases pause it stays full, so it ends right behind
 * its cursor. With a single publisher there is no compare-and-set, and {@link GlobalFence} takes its place: after it,
 * either the publisher's message is to be seen, or the publisher will see {@code ending}. Whoever sees {@code ending}
 * learns from {@code end} on which side of it its message is. So every message is either before the end, and read or left
 * unread and counted, or refused.
 *
 * <p>Publishing is for any thread, or for one at a time if the ring was made for a single publisher; everything else may
 * come from any thread.
 */
public final class Ring<T> {
    private static final long UNKNOWN = Long.MAX_VALUE;
    private static final int SPINS = 100;
    private static final int YIELDS = 100;
    private static final long MAX_BACKOFF_NS = 100_000;

    private final Slots<T> slots;
    private final SlotClaim<T>[] claims;
    private final Sequencing sequencing;
    private final boolean singlePublisher;
    private final WakeSignal signal = new WakeSignal();
    private final Readers<T> readers;
    private final LongAdder voids = new LongAdder();
    private volatile boolean ending;
    private volatile long end = UNKNOWN;

    /**
     * Makes a ring.
     *
     * @param capacity a power of two
     * @param singlePublisher whether never two threads publish at the same time
     * @param factory makes the messages that stay in their slots; null if slots take references
     */
    public Ring(int capacity, boolean singlePublisher, @Nullable Supplier<? extends T> factory) {
        this.singlePublisher = singlePublisher;
        var released = new Sequence();
        slots = new Slots<>(capacity, factory);
        if (singlePublisher) {
            sequencing = new SinglePublisher(capacity, released, signal);
        } else if (factory != null) {
            sequencing = new ManyPublishers(capacity, released, signal);
        } else {
            sequencing = new ManyPublishersByReference(slots, released, signal);
        }
        readers = new Readers<>(this, slots, sequencing, released);
        claims = newClaims(factory == null ? 0 : capacity);
        Arrays.setAll(claims, slot -> new SlotClaim<>(this));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> SlotClaim<T>[] newClaims(int count) {
        return new SlotClaim[count];
    }

    /** Where the messages are. */
    public Slots<T> slots() {
        return slots;
    }

    /** How many messages fit. */
    public int capacity() {
        return slots.capacity();
    }

    // ---- publishing

    /** Publishes without waiting. */
    public PublishOutcome offer(T message, Headers headers) {
        if (!readers.any()) {
            return nobodyThere();
        }
        long sequence = tryClaim(1);
        if (sequence < 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        slots.fill(sequence, message, headers);
        sequencing.publish(sequence, sequence);
        return ending ? outcomeAtTheEnd(sequence, 1) : PublishOutcome.PUBLISHED;
    }

    /** Publishes a message without waiting, whose publisher is told when it is passed by the stage, or at once without one. */
    public PublishOutcome offer(T message, Unacknowledged pending) {
        if (!readers.any()) {
            return nobodyThere();
        }
        long sequence = tryClaim(1);
        if (sequence < 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        boolean staged = readers.stage() != null;
        if (staged) {
            slots.fill(sequence, message, pending);
        } else {
            slots.fill(sequence, message, pending.headers());
        }
        sequencing.publish(sequence, sequence);
        PublishOutcome outcome = ending ? outcomeAtTheEnd(sequence, 1) : PublishOutcome.PUBLISHED;
        if (!staged && outcome == PublishOutcome.PUBLISHED) {
            pending.sequence().complete(sequence);
        }
        return outcome;
    }

    /**
     * Publishes messages next to each other, without waiting: all of them or none.
     *
     * @param messages at most as many as the ring's capacity
     */
    public PublishOutcome offerAll(List<? extends T> messages, Headers headers) {
        if (!readers.any()) {
            return nobodyThere();
        }
        int count = messages.size();
        long last = tryClaim(count);
        if (last < 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        long first = last - count + 1;
        try {
            for (int i = count - 1; i >= 0; i--) { // the first one last: before it, none of them can be read
                slots.fill(first + i, requireNonNull(messages.get(i), "message"), headers);
            }
        } catch (Throwable listsOwn) {
            abortClaimed(first, last);
            throw listsOwn;
        }
        sequencing.publish(first, last);
        return ending ? outcomeAtTheEnd(first, count) : PublishOutcome.PUBLISHED;
    }

    /**
     * Claims a slot that owns its message, without waiting; null if there is no room, or no more room ever.
     *
     * @throws IllegalStateException if the ring is for a single publisher, whose last claim is still open
     */
    public @Nullable SlotClaim<T> tryClaim() {
        long sequence = tryClaimSequence();
        return sequence < 0 ? null : claim(sequence);
    }

    /** Makes a claim of a sequence that the caller has claimed. */
    public SlotClaim<T> claim(long sequence) {
        SlotClaim<T> claim = claimOf(sequence);
        claim.begin(sequence);
        return claim;
    }

    /** Like {@link #tryClaim}, but for who publishes or aborts what he claimed at once; negative if there is no room. */
    public long tryClaimSequence() {
        long sequence = tryClaim(1);
        if (singlePublisher && sequence >= 0 && claimOf(sequence).isOpen()) {
            throw new IllegalStateException(claimOf(sequence)
                    + " is still open: a single publisher has to commit or abort it before it publishes more");
        }
        return sequence;
    }

    private SlotClaim<T> claimOf(long sequence) {
        return claims[(int) sequence & (claims.length - 1)];
    }

    /** The message that the slot owns. */
    public T own(long sequence) {
        T own = slots.inSlot(sequence);
        if (own == null) {
            throw new AssertionError("a slot without its own message");
        }
        return own;
    }

    /** Publishes a slot that was claimed. */
    public PublishOutcome publishClaimed(long sequence) {
        if (singlePublisher ? readers.any() : readers.anyFor(sequence)) {
            sequencing.publish(sequence, sequence);
            return ending ? outcomeAtTheEnd(sequence, 1) : PublishOutcome.PUBLISHED;
        }
        if (singlePublisher) { // else who joins now would get it: its claim is not to be seen yet
            slots.empty(sequence, sequence);
            return nobodyThere();
        }
        return publishForNobody(sequence, sequence);
    }

    /** Publishes a slot that was claimed, but nothing in it. */
    public void abortClaimed(long sequence) {
        if (singlePublisher) {
            if (!sequencing.isPublished(sequence)) { // by who filled it, while he filled it
                slots.empty(sequence, sequence);
            }
            return;
        }
        abortClaimed(sequence, sequence);
    }

    private void abortClaimed(long first, long last) {
        for (long sequence = last; sequence >= first; sequence--) {
            slots.makeVoid(sequence);
        }
        publishForNobody(first, last);
    }

    private PublishOutcome publishForNobody(long first, long last) {
        int count = (int) (last - first + 1);
        sequencing.publish(first, last);
        if (ending && outcomeAtTheEnd(first, count) == PublishOutcome.CLOSED) {
            return PublishOutcome.CLOSED; // what is behind the end does not count as published anyway
        }
        voids.add(count);
        release();
        return PublishOutcome.NO_SUBSCRIPTION;
    }

    private PublishOutcome nobodyThere() {
        return ending ? PublishOutcome.CLOSED : PublishOutcome.NO_SUBSCRIPTION;
    }

    /** The last sequence claimed, or -1 if the ring is too full. */
    private long tryClaim(int count) {
        long last = sequencing.tryClaim(count);
        return last < 0 && readers.anyLossy() ? readers.moveLossyOnAndClaim(count) : last;
    }

    private PublishOutcome outcomeAtTheEnd(long first, int count) {
        while (end == UNKNOWN) {
            Thread.yield();
        }
        if (first < end) {
            return PublishOutcome.PUBLISHED;
        }
        for (long sequence = first; sequence < first + count; sequence++) {
            slots.makeVoid(sequence);
        }
        return PublishOutcome.CLOSED;
    }

    /** Whether the calling thread is one of those that have to make room in this ring. */
    public boolean isReadByCurrentThread() {
        return readers.areOnCurrentThread();
    }

    /**
     * Waits a while for room.
     *
     * @param attempt how many times it was to no avail already: readers take microseconds to make room when they are
     *     quick, and any time when they are not
     * @throws InterruptedException if interrupted
     */
    public static void pause(int attempt) throws InterruptedException {
        if (attempt < SPINS) {
            Thread.onSpinWait();
        } else if (attempt < SPINS + YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(Math.min(1_000L << Math.min(attempt - SPINS - YIELDS, 20), MAX_BACKOFF_NS));
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for room in a full ring");
            }
        }
    }

    // ---- reading

    /**
     * Adds a reader that sees every message whose publishing starts after this call, and none that was claimed
     * before; but a single publisher's claim is not to be seen until it is published.
     *
     * @param lossy whether publishers may move the reader on when it holds them back
     */
    public RingReader<T> join(boolean lossy) {
        return readers.join(lossy);
    }

    /**
     * Adds the one reader whom all others follow: they get what it has passed.
     *
     * @throws IllegalStateException if the ring has readers already
     */
    public RingReader<T> joinAsStage() {
        return readers.joinAsStage();
    }

    /**
     * Removes a reader: it no longer holds back publishers. One that is still reading must have been stopped before, and
     * must not believe what it finds in a slot before it has asked whether it was.
     */
    public void leave(RingReader<T> reader) {
        readers.leave(reader);
    }

    /** Has a sleeper woken by everything that is published. */
    public void wakeOnPublish(Wakeable sleeper) {
        signal.add(sleeper);
    }

    /** Has a sleeper woken no more. */
    public void wakeNoMore(Wakeable sleeper) {
        signal.remove(sleeper);
    }

    /** Tells those who may sleep that there is something to see. */
    void wakeAll() {
        signal.signalAllWhenBlocking();
    }

    /** Empties and releases the slots that all readers have passed. */
    void release() {
        readers.release();
    }

    /** The last sequence from {@code next} to {@code upTo} that may be read, or {@code next - 1} if there is none. */
    long readable(RingReader<T> reader, long next, long upTo) {
        long last = sequencing.publishedUpTo(next, upTo);
        if (last < next) {
            return last;
        }
        RingReader<T> first = readers.stage();
        if (first != null && first != reader) {
            last = Math.min(last, first.sequence());
        }
        return ending ? cutAtEnd(next, last) : last;
    }

    /** No batch reaches the end mark. While its place is not known yet, which takes microseconds, nothing is read. */
    private long cutAtEnd(long next, long last) {
        long mark = end;
        return mark == UNKNOWN ? next - 1 : Math.min(last, mark - 1);
    }

    /** The last sequence that was claimed for a message. */
    public long cursor() {
        return Math.min(sequencing.cursor(), end - 1);
    }

    /** How many messages were published, those not counted that a claim was aborted for, or that nobody was there for. */
    public long publishedCount() {
        return cursor() + 1 - voids.sum();
    }

    /** How many slots hold something that a reader has not given back yet. */
    public long used() {
        return Math.max(0, sequencing.cursor() - readers.released());
    }

    // ---- the end

    /** Takes no more messages, and does not wait. What was taken before stays for the readers, who stop at the end. */
    public void end() {
        synchronized (readers) {
            if (ending) {
                return;
            }
            ending = true;
            readers.whileReleasesPause(() -> end = singlePublisher ? endOfSinglePublisher() : claimEndMark());
            release();
            wakeAll();
        }
    }

    private long endOfSinglePublisher() {
        GlobalFence.run();
        return sequencing.cursor() + 1;
    }

    private long claimEndMark() {
        long mark = sequencing.tryClaim(1);
        if (mark < 0) {
            return sequencing.cursor() + 1;
        }
        slots.makeVoid(mark);
        sequencing.publish(mark, mark);
        return mark;
    }

    /** Whether {@link #end} was called. */
    public boolean isEnding() {
        return ending;
    }

    /** The sequence after the last message, or a very large number while the ring still takes messages. */
    long endSequence() {
        return end;
    }

    /** Whether a slot is published, or all readers have passed it. */
    boolean isPublished(long sequence) {
        return sequencing.isPublished(sequence) || readers.released() >= sequence;
    }
}
