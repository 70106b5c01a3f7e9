package dev.tokenring.bus.failure;

import dev.tokenring.bus.time.Timers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/**
 * Finds handlers that don't come back.
 *
 * <p>It looks from time to time which messages each handler is at, and raises the alarm when it has seen one of them
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
    private final Timers timers;
    private final long checkEveryNs;
    private final Map<Watched, Sights> sightsByWatched = new ConcurrentHashMap<>();

    /** Whether a check is to come; guarded by this object's lock. */
    private boolean planned;

    /** One who calls handlers. */
    public interface Watched {
        /**
         * Names the messages that the handler is being called with, such as by their sequences: another number for another
         * message. Called on the thread of the timers.
         *
         * @return numbers of 0 or more; none if no handler is being called
         */
        LongStream handling();

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
    private static final class Sights {
        private Map<Long, Sight> byMessage = Map.of();

        void look(Watched watched, long nowNs) {
            Map<Long, Sight> before = byMessage;
            Map<Long, Sight> now = new HashMap<>();
            watched.handling().forEach(handling -> {
                Sight seen = before.get(handling);
                now.put(handling, seen == null ? new Sight(nowNs) : seen);
            });
            byMessage = now;
            now.forEach((handling, sight) -> sight.judge(watched, handling, nowNs));
        }
    }

    /** One message, seen at each check from some time on. */
    private static final class Sight {
        private long sinceNs;
        private boolean reported;

        Sight(long nowNs) {
            sinceNs = nowNs;
        }

        void judge(Watched watched, long handling, long nowNs) {
            if (!reported && nowNs - sinceNs >= watched.stuckAfterNs()) {
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
        sightsByWatched.putIfAbsent(watched, new Sights());
        if (!planned) {
            plan();
        }
    }

    /** Lets someone go. */
    public synchronized void unwatch(Watched watched) {
        sightsByWatched.remove(watched);
    }

    private void plan() {
        planned = true;
        timers.at(timers.clock().nanoTime() + checkEveryNs, this::check);
    }

    private void check() {
        long nowNs = timers.clock().nanoTime();
        sightsByWatched.forEach((watched, sights) -> sights.look(watched, nowNs));
        synchronized (this) {
            if (sightsByWatched.isEmpty()) {
                planned = false;
            } else {
                plan();
            }
        }
    }
}
