package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.WaitStrategy;
import dev.tokenring.bus.ring.Wakeable;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How one thread waits between two looks at its rings, as a {@link WaitStrategy} has it. */
final class Waiter implements Wakeable {
    private static final int SPINS = 200;
    private static final int YIELDS = 20;
    /** Less than a microsecond. */
    private static final int MAX_PAUSES = 31;

    private final WaitStrategy strategy;
    private @Nullable Thread thread;
    private volatile boolean asleep;
    private int pauses;

    Waiter(WaitStrategy strategy) {
        this.strategy = strategy;
    }

    /** Makes the calling thread the one that waits. */
    void waitOnThisThread() {
        thread = Thread.currentThread();
    }

    /** Whether this waiter has to be woken. */
    boolean sleeps() {
        return strategy == WaitStrategy.ADAPTIVE || strategy == WaitStrategy.BLOCKING;
    }

    /**
     * Pauses before the next look while messages come thick and fast: more than one for each pause that was made since the
     * last. A reader in step with its publisher takes the cache line with the cursor from it for each message; one that
     * lets messages gather takes it once for many, and leaves the publisher alone in the meantime. A message that comes
     * alone, or a few that are answered before the next are sent, are not made to wait.
     */
    void letGather(int handled) {
        pauses = handled > pauses + 1 ? Math.min(MAX_PAUSES, 2 * pauses + 1) : pauses / 2;
        for (int i = 0; i < pauses; i++) {
            Thread.onSpinWait();
        }
    }

    /**
     * Waits a while, or until woken.
     *
     * @param looks how many times there was nothing to do already
     * @param costOfLook how much longer than a single ring the look takes
     * @param ready whether there is something to do after all, asked before falling asleep
     */
    void await(int looks, int costOfLook, BooleanSupplier ready) {
        switch (strategy) {
            case BUSY_SPIN -> Thread.onSpinWait();
            case YIELDING -> spinOrYield(looks, SPINS / costOfLook);
            case ADAPTIVE -> {
                if (isAboutToSleep(looks, costOfLook)) {
                    sleep(ready);
                } else {
                    spinOrYield(looks, SPINS / costOfLook);
                }
            }
            case BLOCKING -> sleep(ready);
        }
    }

    /** Whether {@link #await} would fall asleep. */
    boolean isAboutToSleep(int looks, int costOfLook) {
        return switch (strategy) {
            case BUSY_SPIN, YIELDING -> false;
            case ADAPTIVE -> looks >= SPINS / costOfLook + YIELDS;
            case BLOCKING -> true;
        };
    }

    private static void spinOrYield(int looks, int spins) {
        if (looks < spins) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    private void sleep(BooleanSupplier ready) {
        asleep = true;
        VarHandle.fullFence();
        if (!ready.getAsBoolean()) {
            LockSupport.park(this);
            // An interrupt left over from user code would end every further sleep at once.
            Thread.interrupted();
        }
        asleep = false;
    }

    @Override
    public void wake() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }
}
