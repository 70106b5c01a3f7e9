package dev.tokenring.bus.failure;

import dev.tokenring.bus.time.Timers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds handlers that don't come back.
 *
 * <p>It looks from time to time which message each handler is at, and raises the alarm when it has seen one and the same
 * for long enough. So those who are watched read no clock and write nothing for its sake; the price is that a stuck
 * handler is noticed up to two checks late.
 *
 * <pre>
 * handling      7 7 7 8 8 8 8 8 8 8 8 8
 * check         |       |       |       |     first sight of 8 at the second check;
 *                       ^ since         ^     stuck at the fourth, if two checks are long enough
 * </pre>
 *
 * <p>Nothing is planned while nobody is watched. Safe for use by any thread.
 */
public final class Watchdog {
    private static final long NO_MESSAGE = -1;

    private final Timers timers;
    private final long checkEveryNs;
    private final Map<Watched, Sight> sightByWatched = new ConcurrentHashMap<>();

    /** Whether a check is to come; guarded by this object's lock. */
    private boolean planned;

    /** One who calls handlers. */
    public interface Watched {
        /**
         * Names the message that the handler is being called with, such as by its sequence: another number for another
         * message. Called on the thread of the timers.
         *
         * @return 0 or more, or a negative number if no handler is being called
         */
        long handling();

        /** For how long a handler must be seen at one message to be stuck. */
        long stuckAfterNs();

        /**
         * Told once for each message that the handler is stuck at. Called on the thread of the timers, perhaps once more
         * while {@link Watchdog#unwatch} returns; must be short, and must not throw.
         *
         * @param handling what {@link #handling()} gave
         * @param sinceNs the {@linkplain dev.tokenring.bus.time.Clock#nanoTime() time} at which it was first seen
         * @return false if a closer look shows that the handler is not being called; then the time starts anew
         */
        boolean stuck(long handling, long sinceNs);
    }

    /** What was seen of one who is watched. Checks come one after the other, and nobody else touches it. */
    private static final class Sight {
        private long handling = NO_MESSAGE;
        private long sinceNs;
        private boolean reported;

        void look(Watched watched, long nowNs) {
            long handlingNow = watched.handling();
            if (handlingNow != handling) {
                handling = handlingNow;
                sinceNs = nowNs;
                reported = false;
            } else if (handling >= 0 && !reported && nowNs - sinceNs >= watched.stuckAfterNs()) {
                reported = watched.stuck(handling, sinceNs);
                sinceNs = reported ? sinceNs : nowNs;
            }
        }
    }

    /**
     * A watchdog that starts with nobody to watch.
     *
     * @throws IllegalArgumentException if the time between two checks is not more than zero
     */
    public Watchdog(Timers timers, long checkEveryNs) {
        if (checkEveryNs <= 0) {
            throw new IllegalArgumentException(
                    "checkEveryNs is " + checkEveryNs + ": it must be more than zero, for example 100000000");
        }
        this.timers = timers;
        this.checkEveryNs = checkEveryNs;
    }

    /** Has an eye on someone from the next check on; who is watched already stays so. */
    public synchronized void watch(Watched watched) {
        sightByWatched.putIfAbsent(watched, new Sight());
        if (!planned) {
            plan();
        }
    }

    /** Lets someone go. */
    public synchronized void unwatch(Watched watched) {
        sightByWatched.remove(watched);
    }

    private void plan() {
        planned = true;
        timers.at(timers.clock().nanoTime() + checkEveryNs, this::check);
    }

    private void check() {
        long nowNs = timers.clock().nanoTime();
        sightByWatched.forEach((watched, sight) -> sight.look(watched, nowNs));
        synchronized (this) {
            if (sightByWatched.isEmpty()) {
                planned = false;
            } else {
                plan();
            }
        }
    }
}
