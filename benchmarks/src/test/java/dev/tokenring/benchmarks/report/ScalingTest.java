package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.benchmarks.report.Scaling.Costs;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The model says of the measured what was measured, and of more cores what its numbers say. */
class ScalingTest {
    /** 10 ns a message, 64 ns a line, 20 and 100 ns of a core for each reader and the rest. */
    private final Costs costs = new Costs(10, 64, 20, 100);

    @Test
    void subscriptionsOnCoresOfTheirOwnCostNothingAtBestAndALineEachAtWorst() {
        assertThat(costs.mostOfSubscriptions(1, 4)).isEqualTo(100);
        assertThat(costs.leastOfSubscriptions(1, 4)).isEqualTo(100);
        assertThat(costs.mostOfSubscriptions(3, 4)).isEqualTo(100);
        assertThat(costs.leastOfSubscriptions(3, 4)).isEqualTo(1000 / (10 + 2 * 4.0));
    }

    @Test
    void subscriptionsThatShareCoresTakeTurns() {
        assertThat(costs.mostOfSubscriptions(16, 4)).isEqualTo(1000 / ((100 + 16 * 20) / 4.0));
    }

    @Test
    void topicsAddUpAndPublishersOfOneDoNot() {
        assertThat(costs.ofTopics(16)).isEqualTo(800);
        assertThat(costs.ofPublishers()).isEqualTo(1000 / 64.0);
    }

    @Test
    void isFittedToTheMediansAndToTheExtremesOfWhatWasMeasured() {
        Scaling fitted = Scaling.of(MadeUp.results()).orElseThrow();
        // Everything of ours has 40 to 60: so a message takes about 20 ns, however many readers there are.
        assertThat(fitted.median().pairNs()).isEqualTo(20);
        assertThat(fitted.median().readerNs()).isEqualTo(0, within(1e-9));
        assertThat(fitted.median().restNs()).isEqualTo(40, within(1e-9));
        assertThat(fitted.quickest().pairNs()).isEqualTo(1000 / 60.0);
        assertThat(fitted.slowest().pairNs()).isEqualTo(25);
        assertThat(fitted.slowest().restNs()).isEqualTo(50, within(1e-9));
    }

    @Test
    void aLineIsAQuarterOfARoundTripOverTwoRingsByHand() {
        assertThat(Scaling.of(MadeUp.results()).orElseThrow().median().lineNs()).isEqualTo(2.5);
    }

    @Test
    void saysTheRangesAndHowWellTheLineFits() {
        var slower = new Costs(20, 80, 30, 110);
        var fit = new Scaling.Fit(2, List.of(1.0, -1.5, 0.5), 24);
        assertThat(new Scaling(costs, slower, slower, fit).text(new Sources("../")))
                .contains("| 20.00 ns | 10.00 – 20.00 |")
                .contains("| 4 | 50.00 – 100 |")
                .contains("| 100 – 200 | 12.50 – 15.63 |")
                .contains("+1.0, -1.5, +0.5 ns of a core from it")
                .contains("the line says 140 ns of a core where 24.00 was measured")
                .contains("This extrapolates");
    }
}
