package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.failure.Watchdog;
import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Has all handlers of a bus watched, reports the one that is stuck, and does about it what its {@link StuckRule} says.
 * Safe for use by any thread.
 */
final class StuckHandlers {
    private static final long MIN_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_CHECK_NS = TimeUnit.SECONDS.toNanos(1);

    private final Timers timers;
    private final Guard guard;
    private final Map<Long, Watchdog> watchdogByCheckNs = new ConcurrentHashMap<>();

    /** Threads of the bus whose handler was given up. They end when it comes back. */
    private final Set<Thread> stragglers = ConcurrentHashMap.newKeySet();

    StuckHandlers(Timers timers, Guard guard) {
        this.timers = timers;
        this.guard = guard;
    }

    /**
     * Watches who calls a handler.
     *
     * @param beforeLeaving what else to do when it is to leave its ring
     * @return to be run when it has ended
     */
    Runnable watch(Dispatcher<?> dispatcher, StuckRule rule, boolean onThreadOfTheBus, Runnable beforeLeaving) {
        long checkEveryNs =
                Math.max(MIN_CHECK_NS, Math.min(MAX_CHECK_NS, rule.after().toNanos() / 4));
        Watchdog watchdog = watchdogByCheckNs.computeIfAbsent(checkEveryNs, unseen -> new Watchdog(timers, unseen));
        var watched = new Caller(dispatcher, rule, onThreadOfTheBus, beforeLeaving);
        watchdog.watch(watched);
        return () -> watchdog.unwatch(watched);
    }

    /** Interrupts handlers that were given up and have not come back. */
    void interruptStragglers() {
        stragglers.forEach(Thread::interrupt);
    }

    /** Waits for them to come back. */
    void awaitStragglers(long deadlineNs) throws InterruptedException {
        for (Thread straggler : stragglers) {
            TimeUnit.NANOSECONDS.timedJoin(straggler, Math.max(1, deadlineNs - System.nanoTime()));
        }
    }

    private final class Caller implements Watchdog.Watched {
        private final Dispatcher<?> dispatcher;
        private final StuckRule rule;
        private final boolean onThreadOfTheBus;
        private final Runnable beforeLeaving;

        Caller(Dispatcher<?> dispatcher, StuckRule rule, boolean onThreadOfTheBus, Runnable beforeLeaving) {
            this.dispatcher = dispatcher;
            this.rule = rule;
            this.onThreadOfTheBus = onThreadOfTheBus;
            this.beforeLeaving = beforeLeaving;
        }

        @Override
        public LongStream handling() {
            return dispatcher.allHandling();
        }

        @Override
        public long stuckAfterNs() {
            return rule.after().toNanos();
        }

        @Override
        public boolean stuck(long handling, long sinceNs) {
            Thread thread = dispatcher.handlingThread(handling);
            if (thread == null) {
                return false;
            }
            StackTraceElement[] stack = thread.getStackTrace();
            if (!dispatcher.isHandling(stack) || dispatcher.allHandling().noneMatch(one -> one == handling)) {
                return false;
            }
            var found = new StuckHandlerException(
                    dispatcher.topic(),
                    dispatcher.subscription(),
                    dispatcher.lag(),
                    thread.getName(),
                    Duration.ofNanos(timers.clock().nanoTime() - sinceNs),
                    stack);
            guard.caught(dispatcher.subscription(), dispatcher.inHand(handling), found, false);
            FlightRecording.stuckHandler(found);
            if (actOn(handling, found) && onThreadOfTheBus) {
                stragglers.removeIf(one -> !one.isAlive());
                stragglers.add(thread);
            }
            return true;
        }

        /** Gives whether the handler was given up. */
        private boolean actOn(long handling, StuckHandlerException found) {
            return switch (rule.policy()) {
                case WAIT -> false;
                case DIVERT -> dispatcher.divert(handling, found);
                case DETACH -> {
                    beforeLeaving.run();
                    yield dispatcher.leaveStuck(handling, found);
                }
            };
        }
    }
}
