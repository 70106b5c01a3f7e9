package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.Loop;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Drives a bus by hand, for tests: no handler is called and no time passes but by a call of this object. So a test sees
 * what happens, one message after the other, without threads and without sleeping.
 *
 * <pre>{@code
 * Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
 * try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper))) {
 *     bus.subscribe(ORDERS, handler);
 *     bus.publish(ORDERS, order);
 *     stepper.run(); // the handler gets the order
 *     stepper.advance(Duration.ofMinutes(5)); // and what was to happen meanwhile happens
 * }
 * }</pre>
 *
 * <p>For one thread, which also publishes. A publisher that would have to wait for room is refused, since nobody could make
 * room meanwhile; so is a thread that would wait for a reply.
 *
 * <p>The watchdog does not run: a handler that does not come back keeps the thread that steps, so there is nobody to report
 * it, and {@link BusOptions#withStuckAfter} has no effect.
 */
public final class Stepper {
    private final HandSetClock clock;
    private final Timers timers;
    private @Nullable Loop loop;

    private static final class HandSetClock implements Clock {
        private volatile long nowNs;
        private volatile Instant now;

        HandSetClock(Instant start) {
            now = start;
        }

        // Set by the one thread that steps.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        void advance(long byNs) {
            nowNs += byNs;
            now = now.plusNanos(byNs);
        }

        @Override
        public long nanoTime() {
            return nowNs;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private Stepper(Instant start) {
        clock = new HandSetClock(start);
        timers = new Timers(clock);
    }

    /**
     * Makes a stepper for one bus.
     *
     * @param start the time at which its clock stands
     * @return the stepper
     */
    public static Stepper at(Instant start) {
        return new Stepper(requireNonNull(start, "start"));
    }

    Timers timers() {
        return timers;
    }

    /** Makes this stepper the one of a bus. */
    void drive(Object bus) {
        if (loop != null) {
            throw new IllegalArgumentException("the stepper drives a bus already: make one for each");
        }
        loop = new Loop(bus, "the stepping thread", WaitStrategy.BUSY_SPIN, false);
        loop.stepOnThisThread();
    }

    Loop loop() {
        Loop present = loop;
        if (present == null) {
            throw new IllegalStateException("the stepper drives no bus yet: open one with BusOptions.steppedBy");
        }
        return present;
    }

    /**
     * Has one handler handle one message.
     *
     * @return false if nothing was waiting
     */
    public boolean step() {
        Loop present = loop();
        present.stepOnThisThread();
        return present.step();
    }

    /**
     * Has handlers handle messages until nothing is waiting any more.
     *
     * @return the number of messages handled
     */
    public int run() {
        int steps = 0;
        while (step()) {
            steps++;
        }
        return steps;
    }

    /**
     * Lets time pass: what is due on the way happens at its time, and what it brings about is handled.
     *
     * @param time how much; zero or more
     * @throws IllegalArgumentException if the time is negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time is " + time
                    + ": it can't go back; give zero or more, or make another stepper with Stepper.at");
        }
        run();
        long left = time.toNanos();
        while (left > 0) {
            long stepNs = Math.min(left, Math.max(1, timers.untilNextNs()));
            clock.advance(stepNs);
            left -= stepNs;
            timers.runDue();
            run();
        }
    }

    /**
     * What time it is.
     *
     * @return the start, plus what was {@linkplain #advance advanced}
     */
    public Instant now() {
        return clock.instant();
    }
}
