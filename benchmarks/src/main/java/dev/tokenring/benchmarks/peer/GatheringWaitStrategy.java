package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.WaitStrategy;

/**
 * Does for the Disruptor what the bus does for its readers: while messages come thick and fast, it pauses before the next
 * look, for less than a microsecond, and then waits as another strategy has it. A reader that looks at once takes the cache
 * line with the cursor from its publisher for each message; one that lets messages gather takes it once for many.
 *
 * <p>Nobody finds this in the Disruptor's documentation, and none of its own strategies does it; but it is most of what
 * makes the bus faster than the Disruptor with one of those. The pause grows and shrinks as the bus's does.
 *
 * <p>For one reader: what it remembers is that reader's.
 */
final class GatheringWaitStrategy implements WaitStrategy {
    private static final int MAX_PAUSES = 31;

    private final WaitStrategy afterwards;
    private long asked;
    private int pauses;

    /** Lets messages gather, and then waits as another strategy has it. */
    GatheringWaitStrategy(WaitStrategy afterwards) {
        this.afterwards = afterwards;
    }

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependentSequence, SequenceBarrier barrier)
            throws AlertException, InterruptedException, TimeoutException {
        long handled = sequence - asked;
        asked = sequence;
        if (handled > 0) {
            letGather(handled);
        }
        return afterwards.waitFor(sequence, cursor, dependentSequence, barrier);
    }

    private void letGather(long handled) {
        pauses = handled > pauses + 1 ? Math.min(MAX_PAUSES, 2 * pauses + 1) : pauses / 2;
        for (int i = 0; i < pauses; i++) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void signalAllWhenBlocking() {
        afterwards.signalAllWhenBlocking();
    }
}
