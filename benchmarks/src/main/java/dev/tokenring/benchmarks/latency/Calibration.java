package dev.tokenring.benchmarks.latency;

import java.util.function.IntPredicate;

/**
 * Finds the highest rate that is sustained: doubles it as long as it is, then halves the gap until that is small. A rate
 * counts as not sustained if it was not twice, for once the machine may have been at fault.
 */
final class Calibration {
    /** Above it, reading the clock for each message on both sides is all that is measured. */
    static final int HIGHEST_PER_S = 25_600_000;

    private static final int LOWEST_PER_S = 100_000;
    private static final double GAP = 1.15;

    private Calibration() {}

    /**
     * Searches.
     *
     * @param sustains whether all sides sustain a rate, in messages per second
     * @return a rate that they sustain, at most {@value #HIGHEST_PER_S}
     * @throws IllegalStateException if they do not even sustain {@value #LOWEST_PER_S}
     */
    static int highestSustained(IntPredicate sustains) {
        IntPredicate once = rate -> sustains.or(sustains).test(rate);
        if (!once.test(LOWEST_PER_S)) {
            throw new IllegalStateException(
                    "not even " + LOWEST_PER_S + " messages per second are sustained: give the rates as numbers");
        }
        int good = LOWEST_PER_S;
        int bad = 0;
        while (bad == 0 && good < HIGHEST_PER_S) {
            int next = 2 * good;
            if (once.test(next)) {
                good = next;
            } else {
                bad = next;
            }
        }
        while (bad > good * GAP) {
            int next = (int) Math.sqrt((double) good * bad);
            if (once.test(next)) {
                good = next;
            } else {
                bad = next;
            }
        }
        return good;
    }
}
