package dev.tokenring.llm.engine;

import static java.lang.Float.NEGATIVE_INFINITY;
import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.GenerationOptions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens are drawn as often as temperature, top-k and top-p say they should be. */
class SamplerTest {
    private static final GenerationOptions SAMPLED = GenerationOptions.GREEDY.withTemperature(1);
    private static final int DRAWS = 200_000;

    /** The definition, by sorting: divide, keep the k likeliest, keep the likeliest of those up to p, normalise. */
    private static double[] expected(float[] logits, double temperature, int topK, double topP) {
        Integer[] byLogit = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
        Arrays.sort(byLogit, Comparator.comparingDouble(id -> -logits[id]));
        double[] probability = new double[logits.length];
        int k = topK == 0 ? logits.length : Math.min(topK, logits.length);
        double total = 0;
        for (int i = 0; i < k; i++) {
            probability[byLogit[i]] = Math.exp((logits[byLogit[i]] - logits[byLogit[0]]) / temperature);
            total += probability[byLogit[i]];
        }
        double before = 0;
        double kept = 0;
        for (int i = 0; i < k; i++) {
            double own = probability[byLogit[i]] / total;
            probability[byLogit[i]] = before < topP ? own : 0;
            kept += probability[byLogit[i]];
            before += own;
        }
        double all = kept;
        return Arrays.stream(probability).map(p -> p / all).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 1",
        "0.7, 0, 1",
        "2.5, 0, 1",
        "1, 3, 1",
        "0.5, 5, 1",
        "1, 100, 1",
        "1, 0, 0.6",
        "0.7, 0, 0.9",
        "1, 0, 0.01",
        "1, 4, 0.7",
        "1.3, 6, 0.8",
        "0.7, 2, 0.99"
    })
    void drawsEachTokenAsOftenAsItsProbability(double temperature, int topK, double topP) {
        float[] logits = {0.3f, -1.2f, 2.1f, 0.9f, 1.7f, -3f, 1.1f, 0f, -0.4f, 2.0f};
        double[] expected = expected(logits, temperature, topK, topP);
        var sampler = new Sampler(SAMPLED.withTemperature(temperature)
                .withTopK(topK)
                .withTopP(topP)
                .withSeed(99));
        int[] drawn = new int[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            drawn[sampler.choose(logits)]++;
        }
        for (int id = 0; id < logits.length; id++) {
            double p = expected[id];
            double fiveSigma = 5 * Math.sqrt(p * (1 - p) / DRAWS);
            assertThat(drawn[id] / (double) DRAWS).as("token %s", id).isBetween(p - fiveSigma, p + fiveSigma);
        }
    }

    @Test
    void takesTheLikeliestAtTemperatureZeroAndTheFirstOfEquals() {
        var sampler = new Sampler(GenerationOptions.GREEDY);
        assertThat(sampler.choose(new float[] {1, 5, 5, 2})).isEqualTo(1);
        assertThat(sampler.choose(new float[] {-1})).isZero();
        assertThat(sampler.choose(new float[] {Float.NEGATIVE_INFINITY, -8})).isEqualTo(1);
    }

    @Test
    void leavesOutTheLaterOfEquals() {
        var sampler = new Sampler(SAMPLED.withTopK(2));
        for (int i = 0; i < 1_000; i++) {
            assertThat(sampler.choose(new float[] {0, 3, 3, 3, 0})).isIn(1, 2);
        }
    }

    @Test
    void neverDrawsWhatIsImpossible() {
        float[] logits = new float[50];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[7] = 1;
        logits[30] = 1;
        for (GenerationOptions options :
                new GenerationOptions[] {SAMPLED, SAMPLED.withTopK(10), SAMPLED.withTopP(0.99)}) {
            var sampler = new Sampler(options);
            for (int i = 0; i < 1_000; i++) {
                assertThat(sampler.choose(logits)).isIn(7, 30);
            }
        }
    }

    @Test
    void extremeTemperaturesStayDefined() {
        float[] logits = {1, 2, 3};
        assertThat(new Sampler(SAMPLED.withTemperature(Double.MIN_VALUE)).choose(logits))
                .isEqualTo(2);
        assertThat(new Sampler(SAMPLED.withTemperature(Double.MIN_VALUE).withTopP(0.5)).choose(logits))
                .isEqualTo(2);
        var hot = new Sampler(SAMPLED.withTemperature(100));
        assertThat(IntStream.range(0, 1_000)
                        .map(i -> hot.choose(logits))
                        .distinct()
                        .count())
                .isEqualTo(3);
    }

    private static IntStream drawn(GenerationOptions options, float... logits) {
        var sampler = new Sampler(options);
        return IntStream.range(0, 200).map(i -> sampler.choose(logits.clone()));
    }

    private static List<GenerationOptions> everyPath() {
        return List.of(
                GenerationOptions.GREEDY,
                SAMPLED,
                SAMPLED.withTopK(2),
                SAMPLED.withTopP(0.5),
                SAMPLED.withTemperature(1e-9));
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void logitsThatAreNoNumbersAreImpossible(GenerationOptions options) {
        assertThat(drawn(options, NaN, -50, NaN, NaN, -90, NaN)).contains(1).doesNotContain(0, 2, 3, 5);
        assertThat(drawn(options, NaN, NaN, NaN)).allMatch(id -> id >= 0 && id < 3);
        assertThat(drawn(options, NEGATIVE_INFINITY, NEGATIVE_INFINITY)).allMatch(id -> id == 0 || id == 1);
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void anInfiniteLogitIsCertain(GenerationOptions options) {
        assertThat(drawn(options, 3, POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN)).containsOnly(1);
        assertThat(drawn(options, 3, 1e38f, -3e38f, NEGATIVE_INFINITY)).containsOnly(1);
        assertThat(drawn(options, 3, POSITIVE_INFINITY, POSITIVE_INFINITY)).isSubsetOf(1, 2);
    }

    @Test
    void oneSeedIsOneSequenceOnEveryJvm() {
        float[] logits = new float[1000];
        var random = new Random(1);
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) random.nextGaussian();
        }
        var sampler = new Sampler(SAMPLED.withTopK(50).withSeed(2026));
        int[] drawn = IntStream.range(0, 8).map(i -> sampler.choose(logits)).toArray();
        assertThat(drawn).containsExactly(DRAWN_WITH_SEED_2026);
        var other = new Sampler(SAMPLED.withTopK(50).withSeed(2027));
        assertThat(IntStream.range(0, 8).map(i -> other.choose(logits)).toArray())
                .isNotEqualTo(drawn);
    }

    private static final int[] DRAWN_WITH_SEED_2026 = {225, 51, 919, 261, 777, 292, 347, 706};

    @ParameterizedTest
    @CsvSource({"40, 1", "40, 0.95", "0, 0.9", "0, 1", "50257, 0.5"})
    void staysWithinTheCandidatesOfALargeVocabulary(int topK, double topP) {
        float[] logits = new float[50_257];
        var random = new Random(3);
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) (4 * random.nextGaussian());
        }
        double[] expected = expected(logits, 0.8, topK, topP);
        var sampler = new Sampler(SAMPLED.withTemperature(0.8).withTopK(topK).withTopP(topP));
        for (int i = 0; i < 300; i++) {
            assertThat(expected[sampler.choose(logits)]).isPositive();
        }
    }
}
