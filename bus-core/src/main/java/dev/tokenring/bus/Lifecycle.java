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
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    private final LongAdder refusals = new LongAdder();
    private final ScheduledThreadPoolExecutor timer;
    private final CompletableFuture<CloseReport> report = new CompletableFuture<>();
    private volatile boolean closing;

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

    /** Ends one ring while the bus goes on. */
    void endRing(Ring<?> ring) {
        ring.end(System.nanoTime() + options.closeTimeout().toNanos());
        rings.remove(ring);
    }

    Subscription start(Dispatcher<?> dispatcher, Consumer<Subscription> closer) {
        var subscription = new Subscription(dispatcher, closer);
        subscriptions.add(subscription);
        dispatcher.start();
        return subscription;
    }

    /**
     * Waits until a subscription's handler is called no more, for as long as the options allow.
     *
     * @return whether that was so; false at once on the handler's own thread
     */
    boolean awaitEnd(Subscription subscription) {
        Dispatcher<?> dispatcher = subscription.dispatcher();
        if (dispatcher.isOnOwnThread()) {
            return false;
        }
        boolean ended =
                awaitEnd(dispatcher, System.nanoTime() + options.closeTimeout().toNanos());
        if (ended) {
            subscriptions.remove(subscription);
        }
        return ended;
    }

    private static boolean awaitEnd(Dispatcher<?> dispatcher, long deadlineNs) {
        try {
            return dispatcher.awaitEnd(deadlineNs);
        } catch (InterruptedException inAHurry) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes the bus, or waits for whoever is closing it already. */
    CloseReport close(Duration timeout) {
        if (beginClosing()) {
            try {
                report.complete(drainAndStop(System.nanoTime() + timeout.toNanos()));
            } catch (Throwable defect) {
                report.completeExceptionally(defect);
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
        List<Dispatcher<?>> dispatchers =
                List.copyOf(subscriptions.stream().map(Subscription::dispatcher).toList());
        long deliveredBefore = delivered(dispatchers);
        awaitQuiet(deadlineNs);
        rings.forEach(ring -> ring.end(deadlineNs));
        dispatchers.forEach(dispatcher -> stopBy(dispatcher, deadlineNs));
        timer.shutdownNow();
        long abandoned = 0;
        for (Dispatcher<?> dispatcher : dispatchers) {
            abandoned += dispatcher.abandonUnread();
        }
        return new CloseReport(delivered(dispatchers) - deliveredBefore, refusals.sum(), abandoned);
    }

    private static long delivered(List<Dispatcher<?>> dispatchers) {
        return dispatchers.stream().mapToLong(Dispatcher::delivered).sum();
    }

    /**
     * Waits until nothing moves: no ring was published to between two looks, and in between each was seen without a
     * message waiting or being handled. A handler that was busy anywhere in that time would have left its ring unquiet or
     * published to another.
     */
    private void awaitQuiet(long deadlineNs) {
        long before;
        do {
            before = publishedInAll();
            if (rings.stream().allMatch(Ring::isQuiet) && before == publishedInAll()) {
                return;
            }
            LockSupport.parkNanos(POLL_NS);
        } while (System.nanoTime() - deadlineNs < 0 && !Thread.currentThread().isInterrupted());
    }

    private long publishedInAll() {
        return rings.stream().mapToLong(Ring::cursor).sum();
    }

    private void stopBy(Dispatcher<?> dispatcher, long deadlineNs) {
        if (awaitEnd(dispatcher, deadlineNs)) {
            return;
        }
        dispatcher.stop();
        dispatcher.interrupt();
        if (!awaitEnd(dispatcher, System.nanoTime() + GRACE_NS)) {
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
}
