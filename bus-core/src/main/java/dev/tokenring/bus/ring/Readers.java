package dev.tokenring.bus.ring;

import com.lmax.disruptor.Sequence;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a ring, and how far all of them are, which is what holds back its publishers.
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
 * <p>For any thread; whoever joins, leaves, or ends the ring does so alone, under this object's lock.
 */
final class Readers<T> {
    private final Ring<T> ring;
    private final Slots<T> slots;
    private final Sequencing sequencing;
    private final Sequence released;

    /** 1 while somebody releases. A padded sequence, for readers write it, next to what publishers read. */
    private final Sequence releasing = new Sequence(0);

    private volatile RingReader<T>[] present = none();
    private volatile boolean anyLossy;
    private volatile @Nullable RingReader<T> stage;

    /** Up to here a slot may be claimed but not yet published although a reader has a place behind it. */
    private volatile long claimedAtLastJoin = -1;

    Readers(Ring<T> ring, Slots<T> slots, Sequencing sequencing, Sequence released) {
        this.ring = ring;
        this.slots = slots;
        this.sequencing = sequencing;
        this.released = released;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> RingReader<T>[] none() {
        return new RingReader[0];
    }

    // ---- who is there

    /** Whether there is anybody to publish to. */
    boolean any() {
        return present.length > 0;
    }

    /** Whether there is anybody who came before a sequence was claimed. */
    boolean anyFor(long sequence) {
        for (RingReader<T> reader : present) {
            if (reader.start() < sequence) {
                return true;
            }
        }
        return false;
    }

    /** Whether publishers move somebody on who holds them back. */
    boolean anyLossy() {
        return anyLossy;
    }

    /** The one reader that all others follow, if there is one. */
    @Nullable RingReader<T> stage() {
        return stage;
    }

    /** Whether the calling thread is one of those that have to make room. */
    boolean areOnCurrentThread() {
        for (RingReader<T> reader : present) {
            if (reader.isReadByCurrentThread()) {
                return true;
            }
        }
        return false;
    }

    synchronized RingReader<T> join(boolean lossy) {
        var reader = new RingReader<>(ring, lossy);
        enter(reader);
        return reader;
    }

    synchronized RingReader<T> joinAsStage() {
        if (present.length > 0) {
            throw new IllegalStateException(
                    "the ring has " + present.length + " readers already: a stage must be there before them");
        }
        var reader = new RingReader<>(ring, false);
        // Before anybody can publish to it, so that no message gets past it.
        stage = reader;
        enter(reader);
        return reader;
    }

    private void enter(RingReader<T> reader) {
        RingReader<T>[] more = Arrays.copyOf(present, present.length + 1);
        more[present.length] = reader;
        whileReleasesPause(() -> {
            // No slot that is claimed now can be claimed again before the reader has its place. A single publisher may
            // be about to publish the one after it.
            long claimed = sequencing.cursor();
            claimedAtLastJoin = claimed;
            reader.startAfter(claimed);
            anyLossy |= reader.isLossy();
            present = more;
        });
        release();
    }

    synchronized void leave(RingReader<T> reader) {
        List<RingReader<T>> others =
                Arrays.stream(present).filter(other -> other != reader).toList();
        present = others.toArray(none());
        anyLossy = others.stream().anyMatch(RingReader::isLossy);
        if (stage == reader) {
            stage = null;
        }
        release();
    }

    // ---- how far they are

    /** The last sequence whose slot publishers may have again. */
    long released() {
        return released.get();
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

    /** Does something while no slot is given back. */
    void whileReleasesPause(Runnable action) {
        while (!releasing.compareAndSet(0, 1)) {
            Thread.onSpinWait();
        }
        action.run();
        resumeReleases();
    }

    private void resumeReleases() {
        releasing.set(0);
        VarHandle.fullFence();
    }

    private long releasable() {
        RingReader<T>[] all = present;
        if (all.length == 0) {
            return published();
        }
        long least = Long.MAX_VALUE;
        for (RingReader<T> reader : all) {
            least = Math.min(least, reader.sequence());
        }
        return released.get() < claimedAtLastJoin ? Math.min(least, published()) : least;
    }

    /** The last sequence up to which every claimed slot has been published; exact only while releases pause. */
    private long published() {
        return sequencing.publishedUpTo(released.get() + 1, Long.MAX_VALUE);
    }

    /** Moves on the lossy readers that hold back a publisher, and claims for it then; -1 if it is not only them. */
    long moveLossyOnAndClaim(int count) {
        // More than asked for, so that publishers that run ahead of a lossy reader need not do this for each message.
        long upTo = sequencing.cursor() - slots.capacity() + Math.max(count, slots.capacity() / 8);
        long last = sequencing.publishedUpTo(released.get() + 1, upTo);
        for (RingReader<T> reader : present) {
            if (!reader.isLossy()) {
                last = Math.min(last, reader.sequence());
            }
        }
        for (RingReader<T> reader : present) {
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
}
