package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a Disruptor user would write who wants a reader that is quick under load and costs nothing when idle: spins, yields,
 * then sleeps until a publisher wakes it. So does a reader of the bus by default when there is no message; but while there
 * are messages it also lets them gather, which this does not: see {@link GatheringWaitStrategy}. Of the Disruptor's own
 * strategies {@code PhasedBackoffWaitStrategy} is the nearest, which asks the clock how long it has been waiting.
 *
 * <p>A wake-up can't be missed: the reader counts itself as asleep before it looks at the cursor for the last time, the
 * publisher moves the cursor before it looks at the count, and a full fence on either side keeps the two steps in that
 * order. So at least one of them sees the other (Dekker's argument), and no timed wait is needed.
 */
final class AdaptiveWaitStrategy implements WaitStrategy {
    /** The Disruptor's strategy that spins, yields or sleeps where one of the bus's does; it looks again at once. */
    static WaitStrategy like(dev.tokenring.bus.WaitStrategy waitStrategy) {
        return switch (waitStrategy) {
            case ADAPTIVE -> new AdaptiveWaitStrategy();
            case BUSY_SPIN -> new BusySpinWaitStrategy();
            case YIELDING -> new YieldingWaitStrategy();
            case BLOCKING -> new BlockingWaitStrategy();
        };
    }

    private static final int SPINS = 200;
    private static final int YIELDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private volatile int asleep;

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependentSequence, SequenceBarrier barrier)
            throws AlertException, InterruptedException {
        long available;
        for (int i = 0; i < SPINS; i++) {
            if ((available = dependentSequence.get()) >= sequence) {
                return available;
            }
            barrier.checkAlert();
            Thread.onSpinWait();
        }
        for (int i = 0; i < YIELDS; i++) {
            if ((available = dependentSequence.get()) >= sequence) {
                return available;
            }
            barrier.checkAlert();
            Thread.yield();
        }
        sleepUntil(sequence, cursor, barrier);
        while ((available = dependentSequence.get()) < sequence) {
            barrier.checkAlert();
            Thread.onSpinWait();
        }
        return available;
    }

    // The lock guards the count's read-modify-write; the volatile write is what publishers see without it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void sleepUntil(long sequence, Sequence cursor, SequenceBarrier barrier)
            throws AlertException, InterruptedException {
        lock.lock();
        try {
            asleep++;
            VarHandle.fullFence();
            while (cursor.get() < sequence) {
                barrier.checkAlert();
                published.await();
            }
        } finally {
            asleep--;
            lock.unlock();
        }
    }

    @Override
    public void signalAllWhenBlocking() {
        VarHandle.fullFence();
        if (asleep > 0) {
            lock.lock();
            try {
                published.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
