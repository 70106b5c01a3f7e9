package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.List;
import org.junit.jupiter.api.Test;

class DuelTest {
    private static final Setting OURS = Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", "OURS");
    private static final Setting THEIRS = Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", "THEIRS");
    private static final Duel DUEL = new Duel(OURS, THEIRS, "theirs", Duel.UNKNOWN);

    @Test
    void gainsAndLossesSayAlikeThatTheRangesOverlap() {
        Results gain = results(List.of(8.0, 12.0, 14.0), List.of(9.0, 10.0, 11.0));
        Results loss = results(List.of(9.0, 10.0, 11.0), List.of(8.0, 12.0, 14.0));

        assertThat(DUEL.standing(gain)).hasValueSatisfying(said -> assertThat(said)
                .endsWith("Tokenring is 1.20 times as good (the ranges overlap)."));
        assertThat(Duel.losses(List.of(DUEL), loss)).contains("is 1.20 times as good (the ranges overlap)");
    }

    @Test
    void rangesThatLieApartAreNotSaidToOverlap() {
        Results gain = results(List.of(12.0, 13.0), List.of(9.0, 10.0));

        assertThat(DUEL.standing(gain))
                .hasValueSatisfying(said -> assertThat(said).doesNotContain("overlap"));
    }

    private static Results results(List<Double> ours, List<Double> theirs) {
        Results all = MadeUp.results();
        return new Results(
                all.machine(),
                all.commit(),
                all.date(),
                List.of(new Figure(OURS, ours), new Figure(THEIRS, theirs)),
                all.comparisons(),
                all.notRun(),
                all.latencies(),
                all.idle(),
                all.sweep(),
                all.missing());
    }
}
