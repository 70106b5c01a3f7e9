package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.Sequence;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.lang.invoke.VarHandle;
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
 * <p><b>Gating.</b> Publishers are held back by one sequence, {@code released}. A reader stores its own sequence with
 * each message, and now and then calls {@link #release}: it empties the slots that every reader has passed and moves
 * {@code released} behind them, so no slot keeps a message alive for long that all have read. Of two readers that release
 * together, each stores before it looks at the other with a full fence between, so at least one of them sees both; the
 * one that holds the flag looks again after it lets go of it, with a full fence between again, so nothing stays behind.
 * (The fences are needed since Disruptor's {@code Sequence.get} is a plain read before an acquire fence: a volatile write
 * before it may pass it.)
 *
 * <p><b>Lossy readers</b> hold a place like all others, but a publisher that finds the ring full moves them on. They take
 * a message by reading it first and moving their sequence by compare-and-set then: if that succeeds, nobody had released
 * the slot.
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
    private final Sequence released = new Sequence();
    /** 1 while somebody releases. A padded sequence, for readers write it, next to what publishers read. */
    private final Sequence releasing = new Sequence(0);

    private final Object membership = new Object();
    private volatile RingReader<T>[] readers = noReaders();
    private volatile boolean anyLossy;
    private volatile @Nullable RingReader<T> stage;
    /** Up to here a slot may be claimed but not yet published although a reader has a place behind it. */
    private volatile long claimedAtLastJoin = -1;

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
        sequencing = singlePublisher
                ? new SinglePublisher(capacity, released, signal)
                : new ManyPublishers(capacity, released, signal);
        slots = new Slots<>(capacity, factory);
        claims = newClaims(factory == null ? 0 : capacity);
        Arrays.setAll(claims, slot -> new SlotClaim<>(this));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> SlotClaim<T>[] newClaims(int count) {
        return new SlotClaim[count];
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> RingReader<T>[] noReaders() {
        return new RingReader[0];
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
        if (readers.length == 0) {
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
        if (readers.length == 0) {
            return nobodyThere();
        }
        long sequence = tryClaim(1);
        if (sequence < 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        boolean staged = stage != null;
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
        if (readers.length == 0) {
            return nobodyThere();
        }
        int count = messages.size();
        long last = tryClaim(count);
        if (last < 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        long first = last - count + 1;
        try {
            for (int i = 0; i < count; i++) {
                slots.fill(first + i, requireNonNull(messages.get(i), "message"), headers);
            }
        } catch (Throwable listsOwn) {
            for (long sequence = first; sequence <= last; sequence++) {
                slots.makeVoid(sequence);
                countVoid();
            }
            sequencing.publish(first, last);
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
        boolean anybody = singlePublisher ? readers.length > 0 : isForAnybody(sequence);
        if (!anybody && singlePublisher) { // else who joins now would get it: its claim is not to be seen yet
            slots.empty(sequence, sequence);
            return nobodyThere();
        }
        sequencing.publish(sequence, sequence);
        if (ending) {
            return outcomeAtTheEnd(sequence, 1);
        }
        if (!anybody) {
            countVoid();
            release();
            return PublishOutcome.NO_SUBSCRIPTION;
        }
        return PublishOutcome.PUBLISHED;
    }

    private boolean isForAnybody(long sequence) {
        for (RingReader<T> reader : readers) {
            if (reader.start() < sequence) {
                return true;
            }
        }
        return false;
    }

    /** Publishes a slot that was claimed, but nothing in it. */
    public void abortClaimed(long sequence) {
        if (singlePublisher) {
            if (!sequencing.isPublished(sequence)) { // by who filled it, while he filled it
                slots.empty(sequence, sequence);
            }
            return;
        }
        slots.makeVoid(sequence);
        countVoid();
        publishClaimed(sequence);
    }

    private PublishOutcome nobodyThere() {
        return ending ? PublishOutcome.CLOSED : PublishOutcome.NO_SUBSCRIPTION;
    }

    /** The last sequence claimed, or -1 if the ring is too full. */
    private long tryClaim(int count) {
        long last = sequencing.tryClaim(count);
        return last < 0 && anyLossy ? moveLossyReadersAndClaim(count) : last;
    }

    private long moveLossyReadersAndClaim(int count) {
        // More than asked for, so that publishers that run ahead of a lossy reader need not do this for each message.
        long upTo = sequencing.cursor() - slots.capacity() + Math.max(count, slots.capacity() / 8);
        long last = sequencing.publishedUpTo(released.get() + 1, Math.min(upTo, sequencing.cursor()));
        for (RingReader<T> reader : readers) {
            if (!reader.isLossy()) {
                last = Math.min(last, reader.sequence());
            }
        }
        for (RingReader<T> reader : readers) {
            if (reader.isLossy()) {
                reader.moveOnTo(last);
            }
        }
        while (true) {
            boolean somebodyReleases = releasable() > released.get();
            release();
            long claimed = sequencing.tryClaim(count);
            if (claimed >= 0 || !somebodyReleases) {
                return claimed;
            }
            Thread.yield();
        }
    }

    private PublishOutcome outcomeAtTheEnd(long first, int count) {
        while (end == UNKNOWN) {
            Thread.yield();
        }
        if (first < end) {
            return PublishOutcome.PUBLISHED;
        }
        slots.empty(first, first + count - 1);
        return PublishOutcome.CLOSED;
    }

    /** Whether the calling thread is one of those that have to make room in this ring. */
    public boolean isReadByCurrentThread() {
        for (RingReader<T> reader : readers) {
            if (reader.isReadByCurrentThread()) {
                return true;
            }
        }
        return false;
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
        synchronized (membership) {
            var reader = new RingReader<>(this, lossy);
            enter(reader);
            return reader;
        }
    }

    /**
     * Adds the one reader whom all others follow: they get what it has passed.
     *
     * @throws IllegalStateException if the ring has readers already
     */
    public RingReader<T> joinAsStage() {
        synchronized (membership) {
            if (readers.length > 0) {
                throw new IllegalStateException(
                        "the ring has " + readers.length + " readers already: a stage must be there before them");
            }
            var reader = new RingReader<>(this, false);
            // Before anybody can publish to it, so that no message gets past it.
            stage = reader;
            enter(reader);
            return reader;
        }
    }

    private void enter(RingReader<T> reader) {
        RingReader<T>[] more = Arrays.copyOf(readers, readers.length + 1);
        more[readers.length] = reader;
        // While releases pause, no slot that is claimed now can be claimed again before the reader has its place.
        pauseReleases();
        long claimed = claimed();
        claimedAtLastJoin = claimed;
        reader.startAfter(claimed);
        anyLossy |= reader.isLossy();
        readers = more;
        resumeReleases();
        release();
    }

    /** The last sequence that was claimed. A single publisher may be about to publish the one after it. */
    private long claimed() {
        return sequencing.cursor();
    }

    private void pauseReleases() {
        while (!releasing.compareAndSet(0, 1)) {
            Thread.onSpinWait();
        }
    }

    private void resumeReleases() {
        releasing.set(0);
        VarHandle.fullFence();
    }

    /**
     * Removes a reader: it no longer holds back publishers. One that is still reading must have been stopped before, and
     * must not believe what it finds in a slot before it has asked whether it was.
     */
    public void leave(RingReader<T> reader) {
        synchronized (membership) {
            List<RingReader<T>> others =
                    Arrays.stream(readers).filter(other -> other != reader).toList();
            readers = others.toArray(noReaders());
            anyLossy = others.stream().anyMatch(RingReader::isLossy);
            if (stage == reader) {
                stage = null;
            }
            release();
        }
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
        VarHandle.fullFence();
        while (releasable() > released.get() && releasing.compareAndSet(0, 1)) {
            long last = releasable();
            if (last > released.get()) {
                slots.empty(released.get() + 1, last);
                released.set(last);
            }
            resumeReleases();
        }
    }

    private long releasable() {
        RingReader<T>[] present = readers;
        if (present.length == 0) {
            return published();
        }
        long least = Long.MAX_VALUE;
        for (RingReader<T> reader : present) {
            least = Math.min(least, reader.sequence());
        }
        return released.get() < claimedAtLastJoin ? Math.min(least, published()) : least;
    }

    /** The last sequence up to which every claimed slot has been published; exact only while releases pause. */
    private long published() {
        long next = released.get() + 1;
        long cursor = sequencing.cursor();
        return cursor < next ? next - 1 : sequencing.publishedUpTo(next, cursor);
    }

    /** The last sequence from {@code next} to {@code upTo} that may be read, or {@code next - 1} if there is none. */
    long readable(RingReader<T> reader, long next, long upTo) {
        long cursor = sequencing.cursor();
        if (cursor < next) {
            return next - 1;
        }
        long last = sequencing.publishedUpTo(next, Math.min(cursor, upTo));
        RingReader<T> first = stage;
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

    void countVoid() {
        voids.increment();
    }

    /** How many slots hold something that a reader has not given back yet. */
    public long used() {
        return Math.max(0, sequencing.cursor() - released.get());
    }

    // ---- the end

    /** Takes no more messages, and does not wait. What was taken before stays for the readers, who stop at the end. */
    public void end() {
        synchronized (membership) {
            if (ending) {
                return;
            }
            ending = true;
            pauseReleases();
            end = singlePublisher ? endOfSinglePublisher() : claimEndMark();
            resumeReleases();
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
        return sequencing.isPublished(sequence) || released.get() >= sequence;
    }
}
