package dev.tokenring.bus;

import static java.lang.System.Logger.Level.WARNING;

import dev.tokenring.bus.dispatch.BusThread;
import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.ring.Ring;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
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
    private final Set<Ring<?>> rings = ConcurrentHashMap.newKeySet();
    private final Set<Dispatcher<?>> dispatchers = ConcurrentHashMap.newKeySet();
    private final LongAdder refusals = new LongAdder();
    private final ScheduledThreadPoolExecutor timer;
    private final CompletableFuture<CloseReport> report = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile @Nullable Thread closer;

    Lifecycle(BusOptions options) {
        this.options = options;
        timer = new ScheduledThreadPoolExecutor(
                1, work -> new BusThread(this, "tokenring-" + options.name() + "-timer", work));
        timer.setRemoveOnCancelPolicy(true);
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    boolean isClosing() {
        return closing;
    }

    /** Whether the calling thread may still publish: anybody while the bus is open, its own handlers while it drains. */
    boolean accepts() {
        return !closing || BusThread.isCurrent(this);
    }

    BusClosedException refused(String what) {
        countRefusal();
        return new BusClosedException(options.name(), what);
    }

    void countRefusal() {
        refusals.increment();
    }

    /** Does something that must not overlap with the beginning of the end. */
    synchronized <V> V whileOpen(String what, Supplier<V> action) {
        if (closing) {
            throw new BusClosedException(options.name(), what);
        }
        return action.get();
    }

    <T> Ring<T> newRing(int capacity, WaitStrategy waitStrategy) {
        var ring = new Ring<T>(capacity, waitStrategy);
        rings.add(ring);
        return ring;
    }

    void forgetRing(Ring<?> ring) {
        rings.remove(ring);
    }

    /**
     * Starts a dispatcher, and remembers it until its thread has ended.
     *
     * @param closer closes the subscription
     * @param whenEnded what else to do at the end
     */
    Subscription start(Dispatcher<?> dispatcher, Consumer<Subscription> closer, Runnable whenEnded) {
        dispatchers.add(dispatcher);
        dispatcher.start(() -> {
            whenEnded.run();
            dispatchers.remove(dispatcher);
        });
        return new Subscription(dispatcher, closer);
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
        return BusThread.isCurrent(this) || Thread.currentThread() == closer;
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
        List<Dispatcher<?>> present = List.copyOf(dispatchers);
        long delivered = -present.stream().mapToLong(Dispatcher::delivered).sum();
        boolean interrupted = !awaitQuiet(deadlineNs);
        rings.forEach(Ring::end);
        interrupted |= !awaitEnds(present, interrupted ? System.nanoTime() : deadlineNs);
        interrupted |= !stop(present);
        long abandoned = 0;
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
            before = cursors();
            if (isQuiet() && before.equals(cursors())) {
                return true;
            }
            LockSupport.parkNanos(POLL_NS);
            if (Thread.interrupted()) {
                return false;
            }
        } while (System.nanoTime() - deadlineNs < 0);
        return true;
    }

    private boolean isQuiet() {
        return dispatchers.stream().noneMatch(Dispatcher::isDetached)
                && rings.stream().allMatch(Ring::isQuiet);
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
        busy.forEach(Dispatcher::interrupt);
        timer.shutdownNow();
        long graceEndNs = System.nanoTime() + GRACE_NS;
        boolean uninterrupted = awaitEnds(busy, graceEndNs) && awaitTimer(graceEndNs);
        busy.stream().filter(Dispatcher::isAlive).forEach(this::warnOf);
        return uninterrupted;
    }

    private boolean awaitTimer(long deadlineNs) {
        try {
            timer.awaitTermination(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
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
