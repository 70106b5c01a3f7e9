package dev.tokenring.bus.ring;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a ring, with its own sequence. One thread reads: {@link #await}, then {@link #slot} and {@link #passed}
 * for each message, then {@link #batchDone}. Any thread may ask for its lag, or stop it.
 */
public final class RingReader<T> {
    /** What {@link #await} returns when there is nothing more to read. */
    public static final long STOPPED = -1;

    private final Ring<T> ring;
    private final RingBuffer<Slot<T>> buffer;
    private final SequenceBarrier barrier;
    private final Sequence sequence = new Sequence();
    private final int maxBatchSize;
    private long start;
    private volatile boolean stopped;
    private volatile @Nullable Thread thread;

    RingReader(Ring<T> ring, RingBuffer<Slot<T>> buffer, int maxBatchSize) {
        this.ring = ring;
        this.buffer = buffer;
        this.barrier = buffer.newBarrier();
        this.maxBatchSize = maxBatchSize;
    }

    void startAfter(long sequence) {
        this.sequence.set(sequence);
        start = sequence;
    }

    /** Makes the calling thread the one that reads. */
    public void readOnThisThread() {
        thread = Thread.currentThread();
    }

    boolean isReadBy(Thread candidate) {
        return thread == candidate;
    }

    /**
     * Waits for messages.
     *
     * @return the last sequence of a batch, or {@link #STOPPED}
     */
    public long await() {
        long next = sequence.get() + 1;
        while (!stopped && next < ring.endSequence()) {
            try {
                long available = barrier.waitFor(next);
                if (available >= next) {
                    long last = ring.cutAtEnd(next, Math.min(available, next + maxBatchSize - 1));
                    if (last >= next) {
                        return last;
                    }
                }
            } catch (AlertException stopOrEnd) {
                barrier.clearAlert();
            } catch (InterruptedException strayInterrupt) {
                // Only stop() ends a reader; an interrupt left over from user code does not.
            } catch (TimeoutException impossible) {
                throw new AssertionError("none of the wait strategies times out", impossible);
            }
        }
        return STOPPED;
    }

    public Slot<T> slot(long sequence) {
        return buffer.get(sequence);
    }

    /**
     * Whether {@link #stop} was called. What was read from a slot before this call is what was published there if the
     * answer is no: a reader is stopped before it leaves, and holds the slot until then.
     */
    public boolean isStoppedAfterReading() {
        VarHandle.acquireFence();
        return stopped;
    }

    /** Marks one message as read; publishers learn of it at the end of the batch. */
    public void passed(long sequence) {
        this.sequence.set(sequence);
    }

    /** Lets publishers have the slots that all readers have passed. */
    public void batchDone() {
        ring.release();
    }

    /** The last sequence that was read. */
    public long sequence() {
        return sequence.get();
    }

    /** How many messages were read. */
    public long passedCount() {
        return sequence.get() - start;
    }

    /** How many messages were published for this reader. */
    public long publishedCount() {
        return ring.cursor() - start;
    }

    /** How many messages wait for this reader, the one it is busy with included. */
    public long lag() {
        return Math.max(0, ring.cursor() - sequence.get());
    }

    /** Has the reader look whether the ring has ended. */
    void wake() {
        barrier.alert();
    }

    /** Ends reading after the current message. */
    public void stop() {
        stopped = true;
        barrier.alert();
    }
}
