package dev.tokenring.bus.time;

import java.time.Instant;

/** Where a bus takes the time from. Safe for use by any thread. */
public interface Clock {
    /** The machine's clock. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant instant() {
            return Instant.now();
        }
    };

    /** A time that never jumps, to measure and to wait with; compare by difference only. */
    long nanoTime();

    /** The time of day, to tell people; it may jump. */
    Instant instant();
}
