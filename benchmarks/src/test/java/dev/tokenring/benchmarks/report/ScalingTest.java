package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The model says of the measured what was measured, and of more cores what its numbers say. */
class ScalingTest {
    /** 10 ns a message, 64 ns a line, 20 and 100 ns of a core for each reader and the rest. */
    private final Scaling scaling = new Scaling(10, 64, 20, 100);

    @Test
    void subscriptionsOnCoresOfTheirOwnCostNothingAtBestAndALineEachAtWorst() {
        assertThat(scaling.mostOfSubscriptions(1, 4)).isEqualTo(100);
        assertThat(scaling.leastOfSubscriptions(1, 4)).isEqualTo(100);
        assertThat(scaling.mostOfSubscriptions(3, 4)).isEqualTo(100);
        assertThat(scaling.leastOfSubscriptions(3, 4)).isEqualTo(1000 / (10 + 2 * 4.0));
    }

    @Test
    void subscriptionsThatShareCoresTakeTurns() {
        assertThat(scaling.mostOfSubscriptions(16, 4)).isEqualTo(1000 / ((100 + 16 * 20) / 4.0));
    }

    @Test
    void topicsAddUpAndPublishersOfOneDoNot() {
        assertThat(scaling.ofTopics(16)).isEqualTo(800);
        assertThat(scaling.ofPublishers()).isEqualTo(1000 / 64.0);
    }

    @Test
    void isFittedToWhatWasMeasured() {
        Scaling fitted = Scaling.of(MadeUp.results()).orElseThrow();
        // Everything of ours has 50: so a message takes 20 ns, however many readers there are.
        assertThat(fitted.pairNs()).isEqualTo(20);
        assertThat(fitted.lineNs()).isEqualTo(12.5);
        assertThat(fitted.readerNs()).isEqualTo(0, within(1e-9));
        assertThat(fitted.restNs()).isEqualTo(40, within(1e-9));
    }
}
