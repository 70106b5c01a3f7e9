package dev.tokenring.llm.engine;

import static java.lang.Float.NEGATIVE_INFINITY;
import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.Penalties;
import dev.tokenring.llm.TokenLogprobs;
import dev.tokenring.llm.TokenLogprobs.Candidate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    private static int next(Sampler sampler, float... logits) {
        int id = sampler.choose(logits);
        sampler.accept(id);
        return id;
    }

    /** The definition, by sorting: divide, keep the k likeliest, keep the likeliest of those up to p, of those the ones of some weight, normalise. */
    private static double[] expected(float[] logits, double temperature, int topK, double topP, double minP) {
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
        double greatest = probability[byLogit[0]] / total;
        for (int i = 0; i < k; i++) {
            double own = probability[byLogit[i]] / total;
            probability[byLogit[i]] = before < topP && own >= minP * greatest ? own : 0;
            kept += probability[byLogit[i]];
            before += own;
        }
        double all = kept;
        return Arrays.stream(probability).map(p -> p / all).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 1, 0",
        "0.7, 0, 1, 0",
        "2.5, 0, 1, 0",
        "1, 3, 1, 0",
        "0.5, 5, 1, 0",
        "1, 100, 1, 0",
        "1, 0, 0.6, 0",
        "0.7, 0, 0.9, 0",
        "1, 0, 0.01, 0",
        "1, 4, 0.7, 0",
        "1.3, 6, 0.8, 0",
        "0.7, 2, 0.99, 0",
        "1, 0, 1, 0.2",
        "0.7, 0, 1, 0.5",
        "1, 5, 1, 0.4",
        "1, 0, 0.9, 0.3",
        "2, 6, 0.9, 0.6",
        "1, 0, 1, 1"
    })
    void drawsEachTokenAsOftenAsItsProbability(double temperature, int topK, double topP, double minP) {
        float[] logits = {0.3f, -1.2f, 2.1f, 0.9f, 1.7f, -3f, 1.1f, 0f, -0.4f, 2.0f};
        double[] expected = expected(logits, temperature, topK, topP, minP);
        var sampler = new Sampler(SAMPLED.withTemperature(temperature)
                .withTopK(topK)
                .withTopP(topP)
                .withMinP(minP)
                .withSeed(99));
        int[] drawn = new int[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            drawn[next(sampler, logits)]++;
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
            assertThat(next(sampler, 0, 3, 3, 3, 0)).isIn(1, 2);
        }
    }

    @Test
    void keepsWhatBothCutsKeepWhereTheirLeastLogitsAreEqual() {
        var sampler = new Sampler(SAMPLED.withTopK(2).withMinP(1));
        for (int i = 0; i < 1_000; i++) {
            assertThat(next(sampler, 0, 3, 3, 3, 0)).isIn(1, 2);
        }
    }

    @Test
    void neverDrawsWhatIsImpossible() {
        float[] logits = new float[50];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[7] = 1;
        logits[30] = 1;
        for (GenerationOptions options :
                new GenerationOptions[] {SAMPLED, SAMPLED.withTopK(10), SAMPLED.withTopP(0.99), SAMPLED.withMinP(0.1)
                }) {
            var sampler = new Sampler(options);
            for (int i = 0; i < 1_000; i++) {
                assertThat(next(sampler, logits)).isIn(7, 30);
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
                        .map(i -> next(hot, logits))
                        .distinct()
                        .count())
                .isEqualTo(3);
    }

    private static IntStream drawn(GenerationOptions options, float... logits) {
        var sampler = new Sampler(options);
        return IntStream.range(0, 200).map(i -> next(sampler, logits));
    }

    private static List<GenerationOptions> everyPath() {
        return List.of(
                GenerationOptions.GREEDY,
                SAMPLED,
                SAMPLED.withTopK(2),
                SAMPLED.withTopP(0.5),
                SAMPLED.withMinP(0.5),
                SAMPLED.withTemperature(1e-9),
                SAMPLED.withLogitBias(Map.of(9, 1.0)),
                SAMPLED.withPenalties(Penalties.NONE.withPresence(1e-9)));
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
        int[] drawn = IntStream.range(0, 8).map(i -> next(sampler, logits)).toArray();
        assertThat(drawn).containsExactly(DRAWN_WITH_SEED_2026);
        var other = new Sampler(SAMPLED.withTopK(50).withSeed(2027));
        assertThat(IntStream.range(0, 8).map(i -> next(other, logits)).toArray())
                .isNotEqualTo(drawn);
    }

    private static final int[] DRAWN_WITH_SEED_2026 = {777, 146, 497, 198, 812, 284, 670, 629};

    @ParameterizedTest
    @CsvSource({"40, 1", "40, 0.95", "0, 0.9", "0, 1", "50257, 0.5"})
    void staysWithinTheCandidatesOfALargeVocabulary(int topK, double topP) {
        float[] logits = new float[50_257];
        var random = new Random(3);
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) (4 * random.nextGaussian());
        }
        double[] expected = expected(logits, 0.8, topK, topP, 0);
        var sampler = new Sampler(SAMPLED.withTemperature(0.8).withTopK(topK).withTopP(topP));
        for (int i = 0; i < 300; i++) {
            assertThat(expected[next(sampler, logits)]).isPositive();
        }
    }

    /** The edits by their definitions, and then the probabilities by theirs. */
    private static double[] expected(float[] logits, GenerationOptions options, int[] prompt, List<Integer> generated) {
        float[] edited = logits.clone();
        options.logitBias().forEach((id, bias) -> edited[id] += bias.floatValue());
        for (int id = 0; id < logits.length; id++) {
            int token = id;
            long times = generated.stream().filter(other -> other == token).count();
            double logit = edited[id];
            if (times > 0 || Arrays.stream(prompt).anyMatch(other -> other == token)) {
                logit = logit > 0
                        ? logit / options.penalties().repetition()
                        : logit * options.penalties().repetition();
            }
            if (times > 0) {
                logit -= options.penalties().presence()
                        + times * options.penalties().frequency();
            }
            edited[id] = (float) logit;
        }
        return expected(edited, options.temperature(), options.topK(), options.topP(), options.minP());
    }

    private static GenerationOptions randomOptions(Random random) {
        double[] temperatures = {0.5, 1, 1.7};
        return SAMPLED.withTemperature(temperatures[random.nextInt(3)])
                .withTopK(random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 0)
                .withTopP(random.nextInt(3) == 0 ? 0.3 + 0.6 * random.nextDouble() : 1)
                .withMinP(random.nextInt(3) == 0 ? 0.4 * random.nextDouble() : 0)
                .withLogitBias(random.nextInt(3) == 0 ? Map.of(3, 2.5, 7, -1.5) : Map.of())
                .withPenalties(
                        random.nextBoolean()
                                ? new Penalties(1 + random.nextDouble(), random.nextDouble(), random.nextDouble())
                                : Penalties.NONE)
                .withSeed(random.nextLong());
    }

    @Test
    void allTogetherGiveTheDistributionThatTheirDefinitionsGive() {
        var random = new Random(11);
        for (int round = 0; round < 100; round++) {
            GenerationOptions options = randomOptions(random);
            float[] logits = new float[20];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = (float) (2 * random.nextGaussian());
            }
            int[] prompt = {2, 5, 5, 9};
            List<Integer> generated = List.of(5, 1, 1, 3);
            double[] expected = expected(logits, options, prompt, generated);
            int[] drawn = new int[logits.length];
            int draws = 600;
            for (int i = 0; i < draws; i++) {
                var sampler = new Sampler(options.withSeed(options.seed() + i), 0, prompt, null);
                generated.forEach(sampler::accept);
                drawn[sampler.choose(logits)]++;
            }
            assertThat(chiSquarePerDegree(drawn, expected, draws))
                    .as("round %s: %s", round, options)
                    .isLessThan(4);
        }
    }

    /** About 1 where the draws follow the probabilities; infinite where something impossible was drawn. */
    private static double chiSquarePerDegree(int[] drawn, double[] expected, int draws) {
        double sum = 0;
        int degrees = 0;
        double rareExpected = 0;
        int rareDrawn = 0;
        for (int id = 0; id < drawn.length; id++) {
            if (expected[id] == 0 && drawn[id] > 0) {
                return Double.POSITIVE_INFINITY;
            }
            if (expected[id] * draws >= 10) {
                sum += Math.pow(drawn[id] - expected[id] * draws, 2) / (expected[id] * draws);
                degrees++;
            } else {
                rareExpected += expected[id] * draws;
                rareDrawn += drawn[id];
            }
        }
        if (rareExpected > 0) {
            sum += Math.pow(rareDrawn - rareExpected, 2) / Math.max(rareExpected, 1);
            degrees++;
        }
        return sum / Math.max(degrees - 1, 3);
    }

    @Test
    void repetitionIsPunishedInPromptAndTextAndByTheSign() {
        var sampler =
                new Sampler(GenerationOptions.GREEDY.withPenalties(Penalties.NONE.withRepetition(2)), 0, ids(0), null);
        assertThat(sampler.choose(new float[] {4, 2.5f, 1})).isEqualTo(1); // 2, 2.5, 1
        assertThat(sampler.choose(new float[] {4, 1.9f, 1})).isZero(); // 2, 1.9, 1
        assertThat(sampler.choose(new float[] {-1, -1.9f, -3})).isEqualTo(1); // -2, -1.9, -3
        sampler.accept(1);
        sampler.accept(1);
        assertThat(sampler.choose(new float[] {4, 3.9f, 1})).isZero(); // 2, 1.95, 1: once, however often it occurs
        assertThat(sampler.choose(new float[] {4, 4, 2.5f})).isEqualTo(2); // 2, 2, 2.5
    }

    @Test
    void presenceIsPunishedOnceAndFrequencyEachTimeInTheTextOnly() {
        var presence =
                new Sampler(GenerationOptions.GREEDY.withPenalties(Penalties.NONE.withPresence(1)), 0, ids(0), null);
        assertThat(presence.choose(new float[] {4, 3.9f})).isZero(); // the prompt doesn't count
        presence.accept(0);
        presence.accept(0);
        assertThat(presence.choose(new float[] {4, 3.1f})).isEqualTo(1); // 3, 3.1
        assertThat(presence.choose(new float[] {4, 2.9f})).isZero(); // 3, 2.9

        var frequency =
                new Sampler(GenerationOptions.GREEDY.withPenalties(Penalties.NONE.withFrequency(1)), 0, ids(0), null);
        assertThat(frequency.choose(new float[] {4, 3.9f})).isZero();
        frequency.accept(0);
        frequency.accept(0);
        assertThat(frequency.choose(new float[] {4, 2.1f})).isEqualTo(1); // 2, 2.1
        assertThat(frequency.choose(new float[] {4, 1.9f})).isZero(); // 2, 1.9
    }

    private static int[] ids(int... ids) {
        return ids;
    }

    @Test
    void biasComesBeforeThePenalties() {
        var sampler = new Sampler(
                GenerationOptions.GREEDY.withLogitBias(Map.of(0, 2.0)).withPenalties(Penalties.NONE.withRepetition(2)),
                0,
                ids(0),
                null);
        assertThat(sampler.choose(new float[] {-1, 0.6f})).isEqualTo(1); // (-1 + 2) / 2 = 0.5, not -1 · 2 + 2 = 0
        assertThat(sampler.choose(new float[] {-1, 0.4f})).isZero();
    }

    @Test
    void biasForcesAndForbids() {
        assertThat(new Sampler(SAMPLED.withLogitBias(Map.of(2, 100.0))).choose(new float[] {5, 4, 3}))
                .isEqualTo(2);
        assertThat(drawn(SAMPLED.withLogitBias(Map.of(0, -100.0, 77, 3.0)), 5, 4, 3))
                .doesNotContain(0);
    }

    @Test
    void logitsStayAsTheyAre() {
        float[] logits = {1, NaN, 2, 3};
        for (GenerationOptions options : everyPath()) {
            next(new Sampler(options.withLogitBias(Map.of(1, 5.0))), logits);
            assertThat(logits).containsExactly(1, NaN, 2, 3);
        }
    }

    @Test
    void aSamplerThatTakesOverGoesOnAlike() {
        float[] logits = {1, 2, 3, 2, 1};
        GenerationOptions options = SAMPLED.withSeed(5).withPenalties(Penalties.NONE.withFrequency(0.2));
        var whole = new Sampler(options);
        int[] drawn = IntStream.range(0, 50).map(i -> next(whole, logits)).toArray();
        for (int cut : new int[] {1, 20, 49}) {
            var second = new Sampler(options);
            Arrays.stream(drawn, 0, cut).forEach(second::accept);
            assertThat(IntStream.range(cut, 50).map(i -> next(second, logits)).toArray())
                    .isEqualTo(Arrays.copyOfRange(drawn, cut, 50));
        }
    }

    @Test
    void eachSampleHasASequenceOfItsOwnAndTheFirstThatOfTheSeed() {
        float[] logits = new float[100];
        List<List<Integer>> samples = IntStream.range(0, 20)
                .mapToObj(sample -> new Sampler(SAMPLED.withSeed(7), sample, new int[0], null))
                .map(sampler -> IntStream.range(0, 20)
                        .map(i -> next(sampler, logits))
                        .boxed()
                        .toList())
                .toList();
        assertThat(samples).doesNotHaveDuplicates();
        assertThat(samples.get(0)).isEqualTo(drawnFrom(new Sampler(SAMPLED.withSeed(7)), logits, 20));
        assertThat(samples.get(3))
                .isEqualTo(
                        drawnFrom(new Sampler(SAMPLED.withSeed(7).withSamples(20), 3, new int[0], null), logits, 20));
    }

    private static List<Integer> drawnFrom(Sampler sampler, float[] logits, int draws) {
        return IntStream.range(0, draws).map(i -> next(sampler, logits)).boxed().toList();
    }

    @Test
    void logprobsAreTheModelsOwn() {
        float[] logits = {(float) Math.log(1), (float) Math.log(4), (float) Math.log(2), (float) Math.log(3)};
        var sampler = new Sampler(
                SAMPLED.withLogprobs(2).withTemperature(0.1).withTopK(1).withLogitBias(Map.of(0, 50.0)));
        TokenLogprobs logprobs = sampler.logprobs(logits, sampler.choose(logits));
        assertThat(logprobs).isNotNull();
        assertThat(logprobs.chosen().id()).isZero();
        assertThat(logprobs.chosen().logprob()).isCloseTo(Math.log(0.1), offset(1e-6));
        assertThat(logprobs.likeliest()).extracting(Candidate::id).containsExactly(1, 3);
        assertThat(logprobs.likeliest())
                .extracting(candidate -> Math.round(1e6 * Math.exp(candidate.logprob())))
                .containsExactly(400_000L, 300_000L);
        assertThat(new Sampler(SAMPLED).logprobs(logits, 0)).isNull();
    }

    @Test
    void logprobsOfExtremeLogitsAreNumbers() {
        var sampler = new Sampler(SAMPLED.withLogprobs(5));
        TokenLogprobs certain = sampler.logprobs(new float[] {POSITIVE_INFINITY, 1, NEGATIVE_INFINITY, NaN}, 0);
        assertThat(certain.chosen()).isEqualTo(new Candidate(0, 0));
        assertThat(certain.likeliest())
                .containsExactly(new Candidate(0, 0), new Candidate(1, Double.NEGATIVE_INFINITY));
        TokenLogprobs none = sampler.logprobs(new float[] {NaN, NEGATIVE_INFINITY}, 1);
        assertThat(none.chosen()).isEqualTo(new Candidate(1, Double.NEGATIVE_INFINITY));
        assertThat(none.likeliest()).isEmpty();
    }

    @Test
    void onlyAPlainGreedySamplerNeedsNoMoreThanTheLikeliest() {
        assertThat(new Sampler(GenerationOptions.GREEDY).takesLikeliest()).isTrue();
        assertThat(new Sampler(SAMPLED.withTopK(1)).takesLikeliest()).isTrue();
        for (GenerationOptions options : List.of(
                SAMPLED,
                GenerationOptions.GREEDY.withLogprobs(1),
                GenerationOptions.GREEDY.withLogitBias(Map.of(1, 1.0)),
                GenerationOptions.GREEDY.withPenalties(Penalties.NONE.withRepetition(1.1)))) {
            assertThat(new Sampler(options).takesLikeliest()).as("%s", options).isFalse();
        }
    }

    @Test
    void theGreatestAreFoundInEveryOrder() {
        var random = new Random(4);
        for (int round = 0; round < 300; round++) {
            float[] logits = new float[1 + random.nextInt(200)];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = round % 3 == 0 ? id : round % 3 == 1 ? random.nextInt(7) - 3 : random.nextFloat() - 0.5f;
                logits[id] = random.nextInt(9) == 0 ? (random.nextBoolean() ? NaN : NEGATIVE_INFINITY) : logits[id];
            }
            int wanted = 1 + random.nextInt(logits.length);
            var found = new TopCandidates();
            found.select(logits, wanted);
            int[] expected = IntStream.range(0, logits.length)
                    .filter(id -> logits[id] > NEGATIVE_INFINITY)
                    .boxed()
                    .sorted(Comparator.comparingDouble(id -> -logits[id]))
                    .limit(wanted)
                    .mapToInt(Integer::intValue)
                    .toArray();
            assertThat(IntStream.range(0, found.count()).map(found::id).toArray())
                    .isEqualTo(expected);
            for (int rank = 0; rank < found.count(); rank++) {
                assertThat(found.logit(rank)).isEqualTo(logits[found.id(rank)] + 0f);
            }
        }
    }
}
