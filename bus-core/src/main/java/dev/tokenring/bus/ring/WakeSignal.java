package dev.tokenring.bus.ring;

import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * Tells those who may sleep that something was published. The waiting itself is not done here: one thread may wait for
 * many rings. It is a strategy only since the Disruptor's sequencer asks for one, and signals through it.
 *
 * <p>A wake-up can't be missed: the sleeper says that it sleeps before it looks at the cursor for the last time, the
 * publisher moves the cursor before it asks who sleeps, and a full fence on either side keeps the two steps in that
 * order. So at least one of them sees the other (Dekker's argument). Where nobody ever sleeps there is no fence to pay
 * for.
 */
final class WakeSignal implements WaitStrategy {
    private static final Wakeable[] NOBODY = {};

    private volatile Wakeable[] sleepers = NOBODY;

    /** From now on, wakes this one. Who is added twice has to be removed twice: one sleeper may wait for several readers. */
    synchronized void add(Wakeable sleeper) {
        Wakeable[] more = Arrays.copyOf(sleepers, sleepers.length + 1);
        more[sleepers.length] = sleeper;
        sleepers = more;
    }

    synchronized void remove(Wakeable sleeper) {
        var fewer = new ArrayList<>(Arrays.asList(sleepers));
        fewer.remove(sleeper);
        sleepers = fewer.toArray(NOBODY);
    }

    @Override
    public void signalAllWhenBlocking() {
        Wakeable[] present = sleepers;
        if (present.length > 0) {
            VarHandle.fullFence();
            for (Wakeable sleeper : present) {
                sleeper.wake();
            }
        }
    }

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependentSequence, SequenceBarrier barrier) {
        throw new UnsupportedOperationException("nobody waits at a ring: see dispatch.Waiter");
    }
}
