package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.WaitStrategy;
import dev.tokenring.bus.ring.Wakeable;
import dev.tokenring.bus.thread.BusThread;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Polls dispatchers, one after the other, and waits when none of them has anything to do: on a thread of its own from
 * {@link #start} on, or whenever somebody calls {@link #step}.
 *
 * <p>A dispatcher belongs to one loop at a time. If its handler is stuck, another loop can {@linkplain #takeOver take
 * over}; the old one ends as soon as the handler returns.
 */
public final class Loop implements Runnable, Wakeable {
    private static final Dispatcher<?>[] NONE = {};
    private static final VarHandle POLLED;
    /** After how many looks in vain slots are given back: about a microsecond. */
    private static final int LOOKS_BEFORE_RELEASE = 25;

    static {
        try {
            POLLED = MethodHandles.lookup().findVarHandle(Loop.class, "polled", Dispatcher.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Object bus;
    private final String name;
    private final WaitStrategy strategy;
    private volatile boolean endsWhenEmpty;
    private final Waiter waiter;
    private final BooleanSupplier ready = this::isReady;
    private volatile Dispatcher<?>[] dispatchers = NONE;
    private volatile boolean closed;
    private volatile boolean suspect;
    private volatile boolean retired;
    /** To be waited for before the next message is touched: somebody is giving up the one before it. */
    private volatile @Nullable CountDownLatch settled;
    /** The loop that has taken over. */
    private volatile @Nullable Loop successor;
    /** The thread that the loop runs on; the one that made the loop, if it is stepped. */
    private volatile @Nullable Thread thread;

    /** Whose turn it is; written for each poll, hence without a fence, and read by the watchdog. */
    @SuppressWarnings("unused") // by POLLED
    private @Nullable Dispatcher<?> polled;

    /**
     * Makes a loop.
     *
     * @param bus whose thread it will be
     * @param name what the thread is called
     * @param strategy how to wait when there is nothing to do
     * @param endsWhenEmpty whether the loop ends with the last of its dispatchers
     */
    public Loop(Object bus, String name, WaitStrategy strategy, boolean endsWhenEmpty) {
        this.bus = bus;
        this.name = name;
        this.strategy = strategy;
        this.endsWhenEmpty = endsWhenEmpty;
        this.waiter = new Waiter(strategy);
    }

    /** Has the loop be stepped by the calling thread, instead of a thread of its own. */
    public void stepOnThisThread() {
        thread = Thread.currentThread();
    }

    /** Has the loop run on a thread of its own, unless it does, or is one that is stepped. */
    public synchronized void startUnlessStarted() {
        if (thread == null) {
            start();
        }
    }

    /** Has the loop run on a thread of its own. */
    public void start() {
        var own = new BusThread(bus, name, this);
        thread = own;
        try {
            own.start();
        } catch (Throwable noThread) {
            thread = null;
            throw noThread;
        }
    }

    /** The bus whose handlers the loop calls. */
    Object bus() {
        return bus;
    }

    /** The name of the thread. */
    public String name() {
        return name;
    }

    /** The thread that the loop runs on, or that made the last step; null before. */
    public @Nullable Thread thread() {
        return thread;
    }

    /** Whether the loop runs on the calling thread. */
    public boolean isOnCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Polls this dispatcher too from now on; or has the loop do so that has taken over. */
    public void add(Dispatcher<?> dispatcher) {
        boolean added = false;
        while (!added) {
            added = last().addUnlessRetired(dispatcher);
        }
    }

    private synchronized boolean addUnlessRetired(Dispatcher<?> dispatcher) {
        if (retired) {
            return false;
        }
        dispatcher.belongTo(this);
        Dispatcher<?>[] more = Arrays.copyOf(dispatchers, dispatchers.length + 1);
        more[dispatchers.length] = dispatcher;
        dispatchers = more;
        wake();
        return true;
    }

    /** The loop that goes on: this one, or the last of those that have taken over one from the other. */
    private Loop last() {
        Loop last = this;
        for (Loop next = successor; next != null; next = next.successor) {
            last = next;
        }
        if (last != this) {
            successor = last; // so that those in between can go
        }
        return last;
    }

    private synchronized void remove(Dispatcher<?> dispatcher) {
        dispatchers =
                Arrays.stream(dispatchers).filter(other -> other != dispatcher).toArray(Dispatcher<?>[]::new);
    }

    /** What to wake when a dispatcher of this loop has something to do; null if the loop never sleeps. */
    @Nullable Wakeable sleeper() {
        return waiter.sleeps() ? this : null;
    }

    @Override
    public void wake() {
        waiter.wake();
    }

    @Override
    public void run() {
        waiter.waitOnThisThread();
        awaitSettled();
        int looks = 0;
        while (!retired && !isOver()) {
            int handled = pollAll();
            if (handled > 0) {
                looks = 0;
                waiter.letGather(handled);
                continue;
            }
            int costOfLook = 1 + dispatchers.length / 4;
            if (looks == LOOKS_BEFORE_RELEASE || waiter.isAboutToSleep(looks, costOfLook)) {
                for (Dispatcher<?> dispatcher : dispatchers) {
                    dispatcher.releaseSlots();
                }
            }
            waiter.await(looks, costOfLook, ready);
            looks++;
        }
    }

    private boolean isOver() {
        return closed || (endsWhenEmpty && dispatchers.length == 0);
    }

    private int pollAll() {
        int handled = 0;
        for (Dispatcher<?> dispatcher : dispatchers) {
            handled += poll(dispatcher, dispatcher.maxBatchSize());
        }
        return handled;
    }

    private int poll(Dispatcher<?> dispatcher, int max) {
        POLLED.setRelease(this, dispatcher);
        int handled;
        try {
            handled = dispatcher.poll(this, max);
        } catch (Throwable defect) {
            // Others may depend on this thread: it must go on whatever happens.
            dispatcher.broke(defect);
            return 0;
        }
        if (handled == Dispatcher.ENDED) {
            remove(dispatcher);
            dispatcher.ended();
            return 1;
        }
        return handled;
    }

    /**
     * Has one dispatcher handle one message, on the calling thread.
     *
     * @return false if none had anything to do
     */
    public boolean step() {
        for (Dispatcher<?> dispatcher : dispatchers) {
            dispatcher.belongTo(this);
            int handled = poll(dispatcher, 1);
            dispatcher.releaseSlots();
            if (handled > 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isReady() {
        if (retired || isOver()) {
            return true;
        }
        for (Dispatcher<?> dispatcher : dispatchers) {
            if (dispatcher.isReady()) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is this dispatcher's turn, so that its handler may be what keeps the thread busy. */
    boolean isPolling(Dispatcher<?> dispatcher) {
        return POLLED.getAcquire(this) == dispatcher;
    }

    /** Whether the loop's thread has to ask, after each message, who {@linkplain #goesOn goes on}. */
    boolean isSuspect() {
        return suspect;
    }

    /** Whether it is still this loop that goes on, and not one that has taken over; for the loop's own thread. */
    boolean goesOn() {
        synchronized (this) {
            if (retired) {
                return false;
            }
            suspect = false;
        }
        awaitSettled();
        return true;
    }

    /** Whether another loop has taken over. */
    boolean isRetired() {
        return retired;
    }

    /**
     * Has a new thread poll what this loop polls, if the loop's own is still busy with the same message of a dispatcher.
     *
     * <p>The handler may return at this very moment. So the loop is made a suspect first; then the thread is asked for its
     * stack, for which it has to stop. If it is found in the handler, it will see that it is a suspect when it comes out
     * of it, and ask who goes on.
     *
     * @param takeAway takes the message away from the handler; false if that has just failed on it by itself. Called under
     *     this loop's lock, so it must call nothing of the user's
     * @param giveUp gives up the message and moves on behind it; called without the lock, before any thread goes on
     * @return whether another thread goes on now
     */
    boolean takeOver(Dispatcher<?> stuck, long handling, BooleanSupplier takeAway, Runnable giveUp) {
        Thread own = thread;
        if (own == null) {
            return false;
        }
        suspect = true;
        boolean inHandler = isPolling(stuck) && Recipient.isCalling(own.getStackTrace());
        var settled = new CountDownLatch(1);
        synchronized (this) {
            if (!inHandler || retired || !suspect || stuck.handling() != handling || !takeAway.getAsBoolean()) {
                return false;
            }
            handOver(settled);
        }
        try {
            giveUp.run();
        } finally {
            settled.countDown();
        }
        return true;
    }

    /** Has another thread go on once it is settled what becomes of the message; or this loop's own, if there is no other. */
    private void handOver(CountDownLatch settled) {
        var next = new Loop(bus, name, strategy, endsWhenEmpty);
        next.settled = settled;
        for (Dispatcher<?> dispatcher : dispatchers) {
            next.add(dispatcher);
        }
        try {
            next.start();
        } catch (Throwable noThread) {
            // Then the loop's own thread has to go on, when it comes back.
            for (Dispatcher<?> dispatcher : dispatchers) {
                dispatcher.belongTo(this);
            }
            this.settled = settled;
            return;
        }
        for (Dispatcher<?> dispatcher : dispatchers) {
            dispatcher.ring().wakeNoMore(this);
        }
        dispatchers = NONE;
        successor = next;
        retired = true;
    }

    private void awaitSettled() {
        boolean interrupted = false;
        for (CountDownLatch present = settled; present != null; present = settled) {
            try {
                present.await();
                settled = null;
            } catch (InterruptedException meanwhile) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the loop with the last of its dispatchers. */
    public void closeWhenEmpty() {
        Loop last;
        do {
            last = last();
            last.endsWhenEmpty = true;
            last.wake();
        } while (last.successor != null); // it was taken over from at this moment
    }

    /** Ends the loop. */
    public void close() {
        Loop last;
        do {
            last = last();
            last.closed = true;
            last.wake();
        } while (last.successor != null); // it was taken over from at this moment
    }

    /** Waits for the loop's thread to end, if it ends with its dispatcher. */
    boolean awaitOwnEnd(long deadlineNs) throws InterruptedException {
        return !endsWhenEmpty || retired || awaitEnd(deadlineNs);
    }

    /**
     * Waits for the thread of the loop to end, or of the one that has taken over.
     *
     * @param deadlineNs the {@link System#nanoTime()} until which to wait
     * @return whether it has ended
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean awaitEnd(long deadlineNs) throws InterruptedException {
        Thread present = last().thread;
        if (present != null && present != Thread.currentThread()) {
            TimeUnit.NANOSECONDS.timedJoin(present, Math.max(1, deadlineNs - System.nanoTime()));
            return !present.isAlive();
        }
        return true;
    }
}
