package dev.tokenring.bus;

import static java.lang.System.Logger.Level.WARNING;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Loop;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.request.Tellers;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.thread.BusThread;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a bus has running, and how it comes to an end.
 *
 * <p>Closing goes in four steps: refuse what comes from outside; let the handlers finish what is waiting, and what they
 * publish to each other meanwhile, until all is quiet or the deadline has passed; end every ring, so that each message is
 * either before its end or refused; stop the handlers, and count and fail what they left.
 */
final class Lifecycle {
    private static final long POLL_NS = 100_000;
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final BusOptions options;
    private final Guard guard;
    private final Set<Ring<?>> rings = ConcurrentHashMap.newKeySet();
    private final Set<Dispatcher<?>> dispatchers = ConcurrentHashMap.newKeySet();
    private final Set<Unfinished> unfinished = ConcurrentHashMap.newKeySet();
    private final LongAdder refusals = new LongAdder();
    private final Timers timers;
    private final @Nullable Thread timerThread;
    private final Tellers tellers;
    private final Threads threads;
    private final StuckHandlers stuckHandlers;
    private final @Nullable Interception interception;
    private final CompletableFuture<CloseReport> report = new CompletableFuture<>();
    private volatile boolean closing;
    private boolean ringsEnded;
    private volatile @Nullable Thread closer;

    /** Work that goes on after the handler that began it has returned. */
    interface Unfinished {
        /** How much there is of it. */
        long unfinished();

        /** Gives it up. */
        void abandonUnfinished();
    }

    Lifecycle(BusOptions options, Guard guard) {
        this.options = options;
        this.guard = guard;
        Stepper stepper = options.stepper();
        threads = new Threads(this, options.name(), stepper);
        if (stepper == null) {
            timers = new Timers(Clock.SYSTEM);
            timerThread = new BusThread(this, "tokenring-" + options.name() + "-timer", timers::runUntilClosed);
            timerThread.start();
        } else {
            timers = stepper.timers();
            timerThread = null;
            stepper.drive(this);
        }
        timers.whenThrown(defect -> guard.caught(options.name(), "timer", defect));
        tellers = new Tellers(this, "tokenring-" + options.name() + "-teller", timers, timerThread);
        stuckHandlers = new StuckHandlers(timers, guard);
        Interceptor interceptor = Interceptors.chain(options.interceptors());
        interception = interceptor == null ? null : new Interception(interceptor, timers.clock(), guard);
    }

    /** When handlers count as stuck for which nothing else was said. */
    StuckRule stuckRule() {
        return new StuckRule(options.stuckAfter(), options.stuckPolicy());
    }

    String busName() {
        return options.name();
    }

    Timers timers() {
        return timers;
    }

    /** Those who tell callers how their requests have ended, so that the timers' thread need not. */
    Tellers tellers() {
        return tellers;
    }

    /** What stands around publish, handle and reply; null if nothing does. */
    @Nullable Interception interception() {
        return interception;
    }

    Threads threads() {
        return threads;
    }

    Guard guard() {
        return guard;
    }

    boolean isClosing() {
        return closing;
    }

    /** Whether handlers are called by a {@link Stepper} only. */
    boolean isStepped() {
        return options.stepper() != null;
    }

    /** Whether it is the calling thread that steps the bus, so that nothing happens while it waits. */
    boolean isStepping() {
        Stepper stepper = options.stepper();
        return stepper != null && stepper.loop().isOnCurrentThread();
    }

    /** Whether the calling thread may still publish: anybody while the bus is open, its own handlers while it drains. */
    boolean accepts() {
        return !closing || BusThread.isCurrent(this) || isStepped();
    }

    BusClosedException refused(String what) {
        countRefusal();
        return new BusClosedException(options.name(), what);
    }

    /** Counts what was refused, unless it was for another reason: that its topic was removed. */
    void countRefusal() {
        if (closing) {
            refusals.increment();
        }
    }

    /** Adds a topic, which handlers may do as long as what they publish is still handled. */
    synchronized <V> V whileRingsAreOpen(String what, Supplier<V> action) {
        if (ringsEnded || !accepts()) {
            throw new BusClosedException(options.name(), what);
        }
        return action.get();
    }

    private synchronized void endRings() {
        ringsEnded = true;
        rings.forEach(Ring::end);
    }

    /** Does something that must not overlap with the beginning of the end. */
    synchronized <V> V whileOpen(String what, Supplier<V> action) {
        if (closing) {
            throw new BusClosedException(options.name(), what);
        }
        return action.get();
    }

    void add(Ring<?> ring) {
        rings.add(ring);
    }

    void remove(Ring<?> ring) {
        rings.remove(ring);
    }

    void add(Unfinished work) {
        unfinished.add(work);
    }

    void remove(Unfinished work) {
        unfinished.remove(work);
    }

    void add(Dispatcher<?> dispatcher) {
        dispatchers.add(dispatcher);
    }

    void remove(Dispatcher<?> dispatcher) {
        dispatchers.remove(dispatcher);
    }

    /**
     * Has somebody watch whether a dispatcher's handler is stuck.
     *
     * @param onThreadOfTheBus whether the handler is called by threads that belong to the bus
     * @param beforeLeaving what else to do if it is to leave its ring for that
     * @return to be run when it has ended
     */
    Runnable watch(Dispatcher<?> dispatcher, StuckRule rule, boolean onThreadOfTheBus, Runnable beforeLeaving) {
        // While the thread that steps is in a handler, there is nobody else to notice.
        return isStepped() ? () -> {} : stuckHandlers.watch(dispatcher, rule, onThreadOfTheBus, beforeLeaving);
    }

    /**
     * Has a loop poll a dispatcher, and remembers it until it has ended.
     *
     * @param whenEnded what else to do at the end
     */
    void start(Dispatcher<?> dispatcher, Loop loop, Runnable whenEnded) {
        dispatchers.add(dispatcher);
        dispatcher.start(loop, () -> {
            whenEnded.run();
            dispatchers.remove(dispatcher);
        });
        try {
            loop.startUnlessStarted();
        } catch (Throwable noThread) {
            dispatcher.detach();
            dispatcher.neverStarted();
            throw noThread;
        }
    }

    /**
     * Waits until a handler is called no more, for as long as the options allow, or until interrupted.
     *
     * @return whether that was so; false at once on the handler's own thread
     */
    boolean awaitEnd(Dispatcher<?> dispatcher) {
        if (dispatcher.isOnOwnThread()) {
            return false;
        }
        if (isStepped()) {
            threads.stepUntilIdle();
            return !dispatcher.isAlive();
        }
        try {
            return dispatcher.awaitEnd(
                    System.nanoTime() + options.closeTimeout().toNanos());
        } catch (InterruptedException inAHurry) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the calling thread would wait for itself if it waited for the bus to close. */
    boolean closeWaitsForCaller() {
        return BusThread.isCurrent(this)
                || Thread.currentThread() == closer
                || dispatchers.stream().anyMatch(one -> !isStepped() && one.isOnOwnThread());
    }

    /** Closes the bus, or waits for whoever is closing it already. */
    CloseReport close(Duration timeout) {
        if (beginClosing()) {
            closer = Thread.currentThread();
            try {
                report.complete(drainAndStop(System.nanoTime() + timeout.toNanos()));
            } catch (Throwable defect) {
                report.completeExceptionally(defect);
            } finally {
                closer = null;
            }
        }
        return report.join();
    }

    private synchronized boolean beginClosing() {
        boolean first = !closing;
        closing = true;
        return first;
    }

    private CloseReport drainAndStop(long deadlineNs) {
        Set<Dispatcher<?>> all = new LinkedHashSet<>(dispatchers);
        long delivered = -all.stream().mapToLong(Dispatcher::delivered).sum();
        boolean interrupted = !awaitQuiet(deadlineNs);
        endRings();
        all.addAll(dispatchers); // those of topics that were added meanwhile
        List<Dispatcher<?>> present = List.copyOf(all);
        threads.stepUntilIdle();
        // Who steps has nobody to wait for: what is left, such as a retry that is not due, needs a step or time.
        interrupted |= !awaitEnds(present, interrupted || isStepped() ? System.nanoTime() : deadlineNs);
        long abandoned = unfinished.stream().mapToLong(Unfinished::unfinished).sum();
        interrupted |= !stop(present);
        for (Dispatcher<?> dispatcher : present) {
            Dispatcher.Count count = dispatcher.leave();
            delivered += count.delivered();
            abandoned += count.unread();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return new CloseReport(delivered, refusals.sum(), abandoned);
    }

    /**
     * Waits until nothing moves: no ring was published to between two looks, and in between each was seen without a
     * message waiting or being handled. A handler that was busy anywhere in that time would have left its ring unquiet or
     * published to another.
     *
     * @return false if interrupted, which is a wish to make haste
     */
    private boolean awaitQuiet(long deadlineNs) {
        List<Long> before;
        do {
            threads.stepUntilIdle();
            before = cursors();
            if (isQuiet() && before.equals(cursors())) {
                return true;
            }
            LockSupport.parkNanos(POLL_NS);
            if (Thread.interrupted()) {
                return false;
            }
        } while (System.nanoTime() - deadlineNs < 0 && !isStepped());
        return true;
    }

    private boolean isQuiet() {
        return dispatchers.stream().allMatch(one -> !one.isDetached() && one.lag() == 0)
                && unfinished.stream().allMatch(one -> one.unfinished() == 0)
                && tellers.isQuiet();
    }

    private List<Long> cursors() {
        return rings.stream().map(Ring::cursor).toList();
    }

    private static boolean awaitEnds(List<Dispatcher<?>> dispatchers, long deadlineNs) {
        try {
            for (Dispatcher<?> dispatcher : dispatchers) {
                dispatcher.awaitEnd(deadlineNs);
            }
            return true;
        } catch (InterruptedException inAHurry) {
            return false;
        }
    }

    /** Stops what has not ended by itself. The requests fail first, so that a handler that notices finds them over. */
    private boolean stop(List<Dispatcher<?>> present) {
        List<Dispatcher<?>> busy = present.stream().filter(Dispatcher::isAlive).toList();
        busy.forEach(Dispatcher::stop);
        busy.forEach(Dispatcher::abandonUnread);
        unfinished.forEach(Unfinished::abandonUnfinished);
        busy.forEach(Dispatcher::interrupt);
        stuckHandlers.interruptStragglers();
        timers.close();
        tellers.close();
        long graceEndNs = System.nanoTime() + (isStepped() ? 0 : GRACE_NS);
        // All of them: the thread of one that has ended may still be on its way out.
        boolean uninterrupted = awaitEnds(present, graceEndNs);
        threads.close();
        uninterrupted &= awaitThreads(graceEndNs);
        if (!isStepped()) {
            busy.stream().filter(Dispatcher::isAlive).forEach(this::warnOf);
        }
        return uninterrupted;
    }

    private boolean awaitThreads(long deadlineNs) {
        try {
            threads.awaitEnd(deadlineNs);
            stuckHandlers.awaitStragglers(deadlineNs);
            tellers.awaitEnd(deadlineNs);
            if (timerThread != null) {
                TimeUnit.NANOSECONDS.timedJoin(timerThread, Math.max(1, deadlineNs - System.nanoTime()));
            }
            return true;
        } catch (InterruptedException inAHurry) {
            return false;
        }
    }

    private void warnOf(Dispatcher<?> dispatcher) {
        System.getLogger("dev.tokenring.bus")
                .log(
                        WARNING,
                        "bus {0} closed while handler {1} of {2} was still busy on thread {3}",
                        options.name(),
                        dispatcher.subscription(),
                        dispatcher.topic(),
                        dispatcher.threadName());
    }
}
