package dev.tokenring.bus.ring;

import com.lmax.disruptor.Sequence;
import dev.tokenring.bus.Headers;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a ring, with its own sequence, which is used in one of two ways.
 *
 * <p><b>In order</b>, by one thread: {@link #available}, then {@link #slots} and {@link #passed} for each message, then
 * {@link #release} now and then. The slot is held until it is passed.
 *
 * <p><b>By taking</b>, by any number of threads: {@link #take}, which gives each message to one of them and lets go of
 * its slot at once; or {@link #takeUnreleased}, and {@link #release} now and then.
 *
 * <p>Any thread may ask how far it is, or stop it.
 */
public final class RingReader<T> {
    private final Ring<T> ring;
    private final boolean lossy;
    private final Sequence sequence = new Sequence();
    private long start;
    private volatile boolean stopped;
    private volatile BooleanSupplier onReadingThread = () -> false;
    private final LongAdder missed = new LongAdder();

    /** Gets what was taken. */
    @FunctionalInterface
    public interface Taker<T> {
        /** Called with what stood in the slot; the message is null if there is nothing for a handler there. */
        void taken(long sequence, @Nullable T message, Headers headers);
    }

    RingReader(Ring<T> ring, boolean lossy) {
        this.ring = ring;
        this.lossy = lossy;
    }

    void startAfter(long sequence) {
        this.sequence.set(sequence);
        start = sequence;
    }

    /** Whether a slot is published, or all readers have passed it. */
    public boolean isPublished(long sequence) {
        return ring.isPublished(sequence);
    }

    /** The ring that is read. */
    public Ring<T> ring() {
        return ring;
    }

    /** Whether publishers move the reader on when it holds them back. */
    public boolean isLossy() {
        return lossy;
    }

    /**
     * Says how to find out whether the calling thread is one that reads, so that it is not made to wait for itself when it
     * publishes to the full ring.
     */
    public void readBy(BooleanSupplier onReadingThread) {
        this.onReadingThread = onReadingThread;
    }

    boolean isReadByCurrentThread() {
        return onReadingThread.getAsBoolean();
    }

    /**
     * The last sequence that can be read now.
     *
     * @param max how many messages at most
     * @return the sequence read last if there is nothing to read
     */
    public long available(int max) {
        long next = sequence.get() + 1;
        return ring.readable(this, next, next + max - 1);
    }

    /** Whether there is a message to read, or no more to come. */
    public boolean isReady() {
        long next = sequence.get() + 1;
        return stopped || ring.readable(this, next, next) >= next || next >= ring.endSequence();
    }

    /** Whether there is nothing more to read, ever. */
    public boolean isAtEnd() {
        return stopped || sequence.get() + 1 >= ring.endSequence();
    }

    /** Where to find what was published. */
    public Slots<T> slots() {
        return ring.slots();
    }

    /**
     * Whether {@link #stop} was called. What was read from a slot before this call is what was published there if the
     * answer is no: a reader is stopped before it leaves, and holds the slot until then.
     */
    public boolean isStoppedAfterReading() {
        VarHandle.acquireFence();
        return stopped;
    }

    /** Marks one message as read; publishers learn of it with {@link #release}. */
    public void passed(long sequence) {
        this.sequence.set(sequence);
    }

    /** Lets publishers have the slots that all readers have passed. */
    public void release() {
        ring.release();
    }

    /**
     * Takes the next message, unless there is none, and lets publishers have its slot.
     *
     * @return whether the taker was called
     */
    public boolean take(Taker<? super T> taker) {
        boolean took = takeUnreleased(taker);
        if (took) {
            ring.release();
        }
        return took;
    }

    /** The same, but for who takes many and calls {@link #release} then. */
    public boolean takeUnreleased(Taker<? super T> taker) {
        while (true) {
            long last = sequence.get();
            long next = last + 1;
            if (stopped || ring.readable(this, next, next) < next) {
                return false;
            }
            T message = ring.slots().message(next);
            Headers headers = ring.slots().headers(next);
            // What was read is what was published there if the reader is still there, and has not been moved on.
            if (!isStoppedAfterReading() && sequence.compareAndSet(last, next)) {
                taker.taken(next, message, headers);
                return true;
            }
        }
    }

    /**
     * Takes what has been published until now, and nobody else takes meanwhile.
     *
     * @param takers makes a taker for each message
     * @param taken gets each of them, once it has its message
     */
    public <A extends Taker<? super T>> void takeAll(Supplier<A> takers, Consumer<? super A> taken) {
        long last = ring.cursor();
        while (sequence.get() < last) {
            A taker = takers.get();
            if (!take(taker)) {
                return;
            }
            taken.accept(taker);
        }
    }

    /** Moves a lossy reader on, unless it is there already. */
    void moveOnTo(long target) {
        long last = sequence.get();
        while (last < target) {
            if (sequence.compareAndSet(last, target)) {
                missed.add(target - last);
                return;
            }
            last = sequence.get();
        }
    }

    /** How many messages publishers have moved the reader past. */
    public long missed() {
        return missed.sum();
    }

    /**
     * Shows what waits for this reader, the message it is busy with in order included, without taking it. What was read
     * meanwhile may be shown or not.
     */
    public void forEachUnread(Consumer<? super T> visitor) {
        long cursor = ring.cursor();
        for (long next = sequence.get() + 1; next <= cursor; next++) {
            T message = ring.isPublished(next) ? ring.slots().message(next) : null;
            if (message != null) {
                visitor.accept(message);
            }
        }
    }

    /** Shows who waits for an acknowledgement of a message that this reader, which is a stage, has not passed. */
    public void forEachUnacknowledged(Consumer<? super Unacknowledged> visitor) {
        long cursor = ring.cursor();
        for (long next = sequence.get() + 1; next <= cursor; next++) {
            Unacknowledged pending = ring.isPublished(next) ? ring.slots().unacknowledged(next) : null;
            if (pending != null) {
                visitor.accept(pending);
            }
        }
    }

    /** Tells those who may sleep that this reader, which is a stage, has passed something. */
    public void wakeFollowers() {
        ring.wakeAll();
    }

    /** The last sequence that was read. */
    public long sequence() {
        return sequence.get();
    }

    /** The sequence before the first that is for this reader. */
    public long start() {
        return start;
    }

    /** How many messages were read. */
    public long passedCount() {
        return sequence.get() - start;
    }

    /** How many messages were published for this reader. */
    public long publishedCount() {
        return ring.cursor() - start;
    }

    /** How many messages wait for this reader, the one it is busy with in order included. */
    public long lag() {
        return Math.max(0, ring.cursor() - sequence.get());
    }

    /** How many messages wait for this reader in order, not counting the one it is busy with if that is done with already. */
    public long lagWithout(Predicate<? super T> done) {
        long last = sequence.get();
        long lag = Math.max(0, ring.cursor() - last);
        if (lag > 0) {
            T busyWith = ring.slots().message(last + 1);
            return busyWith == null || done.test(busyWith) ? lag - 1 : lag;
        }
        return 0;
    }

    /** Ends reading after the current message. */
    public void stop() {
        stopped = true;
        ring.wakeAll();
    }

    /** Whether {@link #stop} was called. */
    public boolean isStopped() {
        return stopped;
    }

    /** Leaves the ring. */
    public void leave() {
        ring.leave(this);
    }
}
