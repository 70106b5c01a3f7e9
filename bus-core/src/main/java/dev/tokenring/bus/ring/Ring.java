package dev.tokenring.bus.ring;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.YieldingWaitStrategy;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import dev.tokenring.bus.WaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A Disruptor ring that many threads publish to, whose readers come and go, and that can be ended without losing count of
 * a single message.
 *
 * <pre>
 *        released                 slowest reader            cursor
 *           |                            |                    |
 *   --------+============================+====================+--------
 *     empty      read by all: emptied         still to read      claimed next
 *                in one go, then released
 * </pre>
 *
 * <p><b>Gating.</b> Publishers are held back by one sequence, {@code released}. A reader that finishes a batch stores its
 * own sequence, and then empties the slots that every reader has passed and moves {@code released} behind them, so no
 * slot keeps a message alive that all have read. Of two readers that finish together, each stores before it looks at the
 * other with a full fence between, so at least one of them sees both; the one that holds the flag looks again after it
 * lets go of it, with a full fence between again, so nothing stays behind. (The fences are needed since Disruptor's
 * {@code Sequence.get} is a plain read before an acquire fence: a volatile write before it may pass it.)
 *
 * <p><b>The end.</b> {@link #end} first sets {@code ending}, then claims a slot for itself: the end mark. A publisher
 * looks at {@code ending} after its claim. If its claim came after the mark's, it is sure to see {@code ending} set,
 * since both claims are compare-and-sets on one cursor; then it learns from {@code end} on which side of the mark it
 * is. A full ring gets no mark: while releases pause it stays full, so it ends right behind its cursor. So every message
 * is either before the end, and read or left unread for {@link #sweep}, or refused.
 *
 * <p>Any thread may publish; joining, leaving and ending may come from any thread too.
 */
public final class Ring<T> {
    private static final long UNKNOWN = Long.MAX_VALUE;
    private static final int SPINS = 100;
    private static final int YIELDS = 100;
    private static final long MAX_BACKOFF_NS = 100_000;

    private final RingBuffer<Slot<T>> buffer;
    private final Sequence released = new Sequence();
    /** 1 while somebody releases. A padded sequence, for a reader writes it per batch, next to what publishers read. */
    private final Sequence releasing = new Sequence(0);

    private final Object membership = new Object();
    private volatile RingReader<T>[] readers = noReaders();
    private volatile boolean ending;
    private volatile long end = UNKNOWN;

    public Ring(int capacity, WaitStrategy waitStrategy) {
        buffer = RingBuffer.createMultiProducer(Slot<T>::new, capacity, disruptorStrategy(waitStrategy));
        buffer.addGatingSequences(released);
    }

    /** The Disruptor's strategy that stands behind one of ours. */
    public static com.lmax.disruptor.WaitStrategy disruptorStrategy(WaitStrategy waitStrategy) {
        return switch (waitStrategy) {
            case ADAPTIVE -> new AdaptiveWaitStrategy();
            case BUSY_SPIN -> new BusySpinWaitStrategy();
            case YIELDING -> new YieldingWaitStrategy();
            case BLOCKING -> new BlockingWaitStrategy();
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> RingReader<T>[] noReaders() {
        return new RingReader[0];
    }

    /** Publishes without waiting. */
    public PublishOutcome offer(T message, Headers headers) {
        if (readers.length == 0) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.NO_SUBSCRIPTION;
        }
        long sequence;
        try {
            sequence = buffer.tryNext();
        } catch (InsufficientCapacityException full) {
            return ending ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
        }
        Slot<T> slot = buffer.get(sequence);
        slot.fill(message, headers);
        buffer.publish(sequence);
        return ending ? outcomeAtTheEnd(sequence, slot) : PublishOutcome.PUBLISHED;
    }

    private PublishOutcome outcomeAtTheEnd(long sequence, Slot<T> slot) {
        while (end == UNKNOWN) {
            Thread.yield();
        }
        if (sequence < end) {
            return PublishOutcome.PUBLISHED;
        }
        slot.empty();
        return PublishOutcome.CLOSED;
    }

    /**
     * Publishes, and waits while the ring is full.
     *
     * @return any outcome but {@link PublishOutcome#BACK_PRESSURED}
     * @throws InterruptedException if interrupted while waiting
     * @throws IllegalStateException if the ring is full and the calling thread is one of its readers
     */
    public PublishOutcome publish(T message, Headers headers) throws InterruptedException {
        PublishOutcome outcome = offer(message, headers);
        return outcome == PublishOutcome.BACK_PRESSURED ? waitAndPublish(message, headers) : outcome;
    }

    private PublishOutcome waitAndPublish(T message, Headers headers) throws InterruptedException {
        for (RingReader<T> reader : readers) {
            if (reader.isReadBy(Thread.currentThread())) {
                throw new IllegalStateException("the ring of " + buffer.getBufferSize()
                        + " slots is full, and the handler that should empty it waits for room in it: use tryPublish,"
                        + " a larger capacity, or another topic");
            }
        }
        PublishOutcome outcome;
        for (int attempt = 0; (outcome = offer(message, headers)) == PublishOutcome.BACK_PRESSURED; attempt++) {
            pause(attempt);
        }
        return outcome;
    }

    /** Readers take microseconds to make room when they are quick, and any time when they are not. */
    private static void pause(int attempt) throws InterruptedException {
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

    /**
     * Adds a reader that sees every message whose publishing starts after this call, and none that was claimed before.
     *
     * @param maxBatchSize after how many messages at most the reader lets publishers have their slots
     */
    public RingReader<T> join(int maxBatchSize) {
        synchronized (membership) {
            var reader = new RingReader<>(this, buffer, maxBatchSize);
            RingReader<T>[] more = Arrays.copyOf(readers, readers.length + 1);
            more[readers.length] = reader;
            // While releases pause, no slot that is claimed now can be claimed again before the reader holds it. Those
            // who have claimed one are about to publish it, and what they publish is not for this reader.
            pauseReleases();
            long claimed = buffer.getCursor();
            while (published() < claimed) {
                Thread.yield();
            }
            reader.startAfter(claimed);
            readers = more;
            resumeReleases();
            release();
            return reader;
        }
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
            RingReader<T>[] fewer = noReaders();
            for (RingReader<T> other : readers) {
                if (other != reader) {
                    fewer = Arrays.copyOf(fewer, fewer.length + 1);
                    fewer[fewer.length - 1] = other;
                }
            }
            readers = fewer;
            release();
        }
    }

    /** Empties and releases the slots that all readers have passed. */
    void release() {
        VarHandle.fullFence();
        while (releasable() > released.get() && releasing.compareAndSet(0, 1)) {
            long last = releasable();
            for (long sequence = released.get() + 1; sequence <= last; sequence++) {
                buffer.get(sequence).empty();
            }
            if (last > released.get()) {
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
        return least;
    }

    /** The last sequence up to which every claimed slot has been published; exact only while releases pause. */
    private long published() {
        long last = buffer.getCursor();
        for (long sequence = released.get() + 1; sequence <= last; sequence++) {
            if (!buffer.isAvailable(sequence)) {
                return sequence - 1;
            }
        }
        return last;
    }

    /** The last sequence that was claimed. */
    public long cursor() {
        return Math.min(buffer.getCursor(), end - 1);
    }

    /** Whether no message waits for a reader, and no reader is busy with one. */
    public boolean isQuiet() {
        for (RingReader<T> reader : readers) {
            if (reader.lag() > 0) {
                return false;
            }
        }
        return true;
    }

    /** Takes no more messages, and does not wait. What was taken before stays for the readers, who stop at the end. */
    public void end() {
        synchronized (membership) {
            if (ending) {
                return;
            }
            ending = true;
            pauseReleases();
            end = claimEndMark();
            resumeReleases();
            release();
            for (RingReader<T> reader : readers) {
                reader.wake();
            }
        }
    }

    private long claimEndMark() {
        try {
            long mark = buffer.tryNext();
            buffer.publish(mark);
            return mark;
        } catch (InsufficientCapacityException full) {
            return buffer.getCursor() + 1;
        }
    }

    /**
     * Where a batch that could run to {@code last} has to stop, so that its last message is not the end mark. While the
     * mark's place is not known yet, that is after one message.
     */
    long cutAtEnd(long next, long last) {
        if (!ending) {
            return last;
        }
        long mark = end;
        return mark == UNKNOWN ? next : Math.min(last, mark - 1);
    }

    /** The sequence after the last message, or a very large number while the ring still takes messages. */
    long endSequence() {
        return end;
    }

    /** Hands over what a reader that was stopped has not read, the message it is busy with included, after the end. */
    public void sweep(RingReader<T> reader, Consumer<? super T> abandoned) {
        for (long sequence = reader.sequence() + 1; sequence < end; sequence++) {
            if (awaitPublished(sequence)) {
                T message = buffer.get(sequence).message();
                if (message != null) {
                    abandoned.accept(message);
                }
            }
        }
    }

    /** Waits for a slot that was claimed to be published; false if all readers have passed it meanwhile. */
    private boolean awaitPublished(long sequence) {
        while (!buffer.isAvailable(sequence)) {
            if (released.get() >= sequence) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }
}
