package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.GenerationOptions;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final GenerationOptions SAMPLED =
            GenerationOptions.GREEDY.withTemperature(1).withSeed(17);

    private static int[] draw(GenerationOptions options, float[] logits, int times) {
        var sampler = new Sampler(options);
        return IntStream.range(0, times).map(i -> sampler.choose(logits)).toArray();
    }

    private static double[] frequencies(GenerationOptions options, float[] logits) {
        int times = 200_000;
        var counts = new double[logits.length];
        for (int id : draw(options, logits, times)) {
            counts[id] += 1.0 / times;
        }
        return counts;
    }

    private static float[] logitsOf(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }

    /** Four standard deviations of 200,000 draws are less than 0.0045, whatever the probability. */
    private static void assertFrequencies(GenerationOptions options, float[] logits, double... expected) {
        double[] found = frequencies(options, logits);
        for (int id = 0; id < expected.length; id++) {
            assertThat(found[id])
                    .as("token %s of %s", id, Arrays.toString(found))
                    .isBetween(expected[id] - 0.0045, expected[id] + 0.0045);
            if (expected[id] == 0) {
                assertThat(found[id]).as("token %s", id).isZero();
            }
        }
    }

    @Test
    void withoutTemperatureTheLikeliestIsChosenAndTheFirstOfEquals() {
        float[] logits = {1, 3, 2, 3, -1};

        assertThat(draw(SAMPLED.withTemperature(0), logits, 10)).containsOnly(1);
        assertThat(draw(SAMPLED.withTopK(1), logits, 10)).containsOnly(1);
    }

    @Test
    void tokensAreDrawnByTheirProbabilities() {
        assertFrequencies(SAMPLED, logitsOf(0.1, 0.5, 0.15, 0.25), 0.1, 0.5, 0.15, 0.25);
    }

    @Test
    void temperatureSharpensOrFlattens() {
        // Squares of 0.2, 0.3, 0.5 are 0.04, 0.09, 0.25, together 0.38.
        assertFrequencies(SAMPLED.withTemperature(0.5), logitsOf(0.2, 0.3, 0.5), 0.04 / 0.38, 0.09 / 0.38, 0.25 / 0.38);
        double roots = Math.sqrt(0.2) + Math.sqrt(0.3) + Math.sqrt(0.5);
        assertFrequencies(
                SAMPLED.withTemperature(2),
                logitsOf(0.2, 0.3, 0.5),
                Math.sqrt(0.2) / roots,
                Math.sqrt(0.3) / roots,
                Math.sqrt(0.5) / roots);
    }

    @Test
    void topKLeavesTheLikeliest() {
        assertFrequencies(SAMPLED.withTopK(2), logitsOf(0.1, 0.5, 0.15, 0.25), 0, 2 / 3.0, 0, 1 / 3.0);
        assertFrequencies(SAMPLED.withTopK(9), logitsOf(0.1, 0.5, 0.15, 0.25), 0.1, 0.5, 0.15, 0.25);
    }

    @Test
    void topPLeavesTheLikeliestThatReachIt() {
        assertFrequencies(SAMPLED.withTopP(0.7), logitsOf(0.1, 0.5, 0.15, 0.25), 0, 2 / 3.0, 0, 1 / 3.0);
        assertFrequencies(SAMPLED.withTopP(0.01), logitsOf(0.1, 0.5, 0.15, 0.25), 0, 1, 0, 0);
    }

    @Test
    void topPCountsAfterTopK() {
        // Of the three likeliest, 5/9, 2.5/9 and 1.5/9, the first two reach 0.8.
        assertFrequencies(SAMPLED.withTopK(3).withTopP(0.8), logitsOf(0.1, 0.5, 0.15, 0.25), 0, 2 / 3.0, 0, 1 / 3.0);
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        var random = new SplittableRandom(1);
        float[] logits = new float[50_257];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (random.nextDouble() * 4);
        }
        GenerationOptions options = SAMPLED.withTopK(1000).withTopP(0.9);

        int[] drawn = draw(options, logits, 50);

        assertThat(draw(options, logits, 50)).isEqualTo(drawn);
        assertThat(draw(options.withSeed(18), logits, 50)).isNotEqualTo(drawn);
    }

    @Test
    void logitsThatAreNoNumbersDoNoHarm() {
        float[] logits = {Float.NaN, 1, Float.NEGATIVE_INFINITY, 2};
        for (GenerationOptions options :
                new GenerationOptions[] {SAMPLED, SAMPLED.withTopK(2), SAMPLED.withTopP(0.5), SAMPLED.withTemperature(0)
                }) {
            assertThat(IntStream.of(draw(options, logits, 100))).allMatch(id -> id >= 0 && id < logits.length);
        }
    }
}
