package dev.tokenring.bus;

/** How a subscription waits for the next message: what waiting costs, and how soon it ends. */
public enum WaitStrategy {
    /**
     * Spins for some microseconds, yields a few times, then sleeps until it is woken. Near the speed of {@link #YIELDING}
     * under load, no CPU time when idle, tens of microseconds to wake. Costs the publisher a memory fence. The default.
     */
    ADAPTIVE,

    /** Spins and never stops: wakes in well under a microsecond, and takes a whole core for each subscription. */
    BUSY_SPIN,

    /**
     * Spins, then offers its core to other threads between looks: wakes in about a microsecond where cores are free, and
     * takes a whole core for each subscription when nothing else wants it.
     */
    YIELDING,

    /** Sleeps at once and is woken under a lock: no CPU time when idle, tens of microseconds to wake, slow publishing. */
    BLOCKING
}
