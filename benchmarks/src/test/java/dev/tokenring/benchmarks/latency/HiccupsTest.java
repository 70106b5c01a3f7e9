package dev.tokenring.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What of the machine's doing counts. */
class HiccupsTest {
    private static final long MEASURED_FROM_NS = Long.MAX_VALUE - 1; // the clock may overflow at any time

    @Test
    void whatTheMachineDoesDuringTheWarmUpDoesNotCount() {
        var hiccups = new Hiccups(MEASURED_FROM_NS);

        hiccups.slept(at(-5_000), at(-4_999));
        hiccups.slept(at(-4_999), at(-1_000));

        assertThat(longestMicros(hiccups)).isZero();
    }

    @Test
    void whatItDoesAfterwardsCountsByWhatIsBeyondTheShortestSleepOfAll() {
        var hiccups = new Hiccups(MEASURED_FROM_NS);

        hiccups.slept(at(-5_000), at(-4_999));
        hiccups.slept(at(10), at(14));

        assertThat(longestMicros(hiccups)).isBetween(2_990.0, 3_010.0);
    }

    @Test
    void aStallThatReachesIntoWhatIsMeasuredCounts() {
        var hiccups = new Hiccups(MEASURED_FROM_NS);

        hiccups.slept(at(-5_000), at(-4_999));
        hiccups.slept(at(-1), at(5));

        assertThat(longestMicros(hiccups)).isBetween(4_980.0, 5_020.0);
    }

    private static long at(int ms) {
        return MEASURED_FROM_NS + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private static double longestMicros(Hiccups hiccups) {
        return hiccups.seen().micros().get(100.0);
    }
}
