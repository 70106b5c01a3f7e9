package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.benchmarks.report.GenerationScaling.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The model says of a measured step what was measured, and of more cores what its numbers say. */
class GenerationScalingTest {
    private static final Step STEP = new Step("FP32", 12, 2, 10);

    @Test
    void isFittedToWhatWasMeasured() {
        Step fitted = Step.of("FP32", List.of(new double[] {1, 14}, new double[] {4, 20}, new double[] {16, 44}), 10);
        assertThat(fitted.fixedMs()).isEqualTo(12, within(1e-9));
        assertThat(fitted.eachMs()).isEqualTo(2, within(1e-9));
    }

    @Test
    void moreCoresDivideArithmeticAndMoreBandwidthTheRest() {
        assertThat(STEP.tokensPerS(16, 1, 1)).isEqualTo(16_000 / 44.0);
        assertThat(STEP.tokensPerS(16, 2, 1)).isEqualTo(16_000 / 28.0);
        assertThat(STEP.tokensPerS(16, 2, 2)).isEqualTo(16_000 / 22.0);
    }

    @Test
    void manyCallersAreThoseOfWhomArithmeticTakesLongerThanReading() {
        assertThat(STEP.callersInBalance()).isEqualTo(6);
    }

    @Test
    void withoutAnyFigureThereIsNothingToSay() {
        Results results = MadeUp.results();
        assertThat(GenerationScaling.of(results)).isPresent();
        var without = new Results(
                results.machine(),
                results.commit(),
                results.date(),
                List.of(),
                results.comparisons(),
                results.notRun(),
                results.latencies(),
                results.idle(),
                null,
                null);
        assertThat(GenerationScaling.of(without)).isEmpty();
        assertThat(BatchingGain.of(without)).isEmpty();
    }
}
