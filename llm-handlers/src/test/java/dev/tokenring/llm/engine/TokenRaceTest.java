package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenRaceTest {
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private final TokenRace race = new TokenRace();
    private final Random random = new Random(17);

    /** Of tokens with these probabilities, but for a factor; the greatest weight is 1 to the sampler. */
    private int winner(double[] weights, Cut cut, long seed, int place) {
        float[] logits = new float[weights.length];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) Math.log(weights[id]);
        }
        return race.winner(logits, new TokenWeights(race.greatest(logits), 1), cut, seed, place);
    }

    private int winner(double[] weights, long seed, int place) {
        return winner(weights, Cut.NONE, seed, place);
    }

    @Test
    void eachWinsAsOftenAsItsWeightSaysInItsBlockAndBesideOthers() {
        double[] weights = new double[700];
        weights[3] = 1;
        weights[4] = 2;
        weights[255] = 0.5;
        weights[256] = 4;
        weights[699] = 2.5;
        int draws = 100_000;
        int[] ofPlaces = new int[weights.length];
        int[] ofSeeds = new int[weights.length];
        for (int i = 0; i < draws; i++) {
            ofPlaces[winner(weights, 5, i)]++;
            ofSeeds[winner(weights, i, 5)]++;
        }
        for (int id = 0; id < weights.length; id++) {
            double p = weights[id] / 10;
            double fiveSigma = 5 * Math.sqrt(p * (1 - p) / draws);
            assertThat(ofPlaces[id] / (double) draws).as("token %s", id).isBetween(p - fiveSigma, p + fiveSigma);
            assertThat(ofSeeds[id] / (double) draws).as("token %s", id).isBetween(p - fiveSigma, p + fiveSigma);
        }
    }

    /** By a draw from cumulated weights one of fourteen would be another token here. */
    @Test
    void weightsThatDifferALittleSeldomDrawAnother() {
        double noise = 1e-3;
        int draws = 500;
        int others = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[] weights = random.doubles(50_257).toArray();
            double[] rounded = Arrays.stream(weights)
                    .map(one -> one * (1 + noise * random.nextGaussian()))
                    .toArray();
            others += winner(weights, draw, 9) == winner(rounded, draw, 9) ? 0 : 1;
        }
        assertThat(others / (double) draws).isLessThan(5 * noise);
    }

    @Test
    void whoeverLosesMightAsWellHaveStayedAtHome() {
        double[] weights = random.doubles(1000).toArray();
        for (int place = 0; place < 200; place++) {
            int first = winner(weights, 1, place);
            double[] fewer = weights.clone();
            fewer[(first + 256) % 1000] = 0; // of another block
            assertThat(winner(fewer, 1, place)).isEqualTo(first);
            fewer[first] = 0;
            assertThat(winner(fewer, 1, place)).isNotEqualTo(first);
        }
    }

    /** The definition: every block's sum, every token's time. */
    @Test
    void noBlockIsPassedOverThatWouldHaveWon() {
        for (double spread : new double[] {0.1, 1, 3, 10}) {
            for (int place = 0; place < 100; place++) {
                float[] logits = new float[5000];
                for (int id = 0; id < logits.length; id++) {
                    logits[id] = (float) (spread * random.nextGaussian());
                }
                var weights = new TokenWeights(race.greatest(logits), 0.8);
                Cut cut = place % 2 == 0 ? Cut.NONE : new Cut(weights.greatest() - spread, 0);
                long ofPlace = new SplittableRandom(3 + place * STEP).nextLong();
                double[] ofBlocks = new double[(logits.length + 255) / 256];
                double[] ofTokens = new double[logits.length];
                for (int id = 0; id < logits.length; id++) {
                    ofTokens[id] = cut.keeps(logits[id], id) ? weights.of(logits[id]) : 0;
                    ofBlocks[id / 256] += ofTokens[id];
                }
                int block = first(ofBlocks, 0, ofBlocks.length, i -> time(ofPlace, -1 - i));
                int token =
                        first(ofTokens, 256 * block, Math.min(256 * block + 256, logits.length), i -> time(ofPlace, i));
                assertThat(race.winner(logits, weights, cut, 3, place)).isEqualTo(token);
            }
        }
    }

    private static int first(double[] weights, int from, int to, IntToDoubleFunction time) {
        return IntStream.range(from, to)
                .boxed()
                .min(Comparator.comparingDouble(i -> time.applyAsDouble(i) / weights[i]))
                .orElseThrow();
    }

    /** The number at this place of the sequence that a {@link SplittableRandom} of this seed gives. */
    private static double time(long seed, int entrant) {
        return -Math.log(1 - new SplittableRandom(seed + entrant * STEP).nextDouble());
    }

    /** Neither from one place to the next, nor from a seed or another to its neighbour: chi-square of the pairs. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 2", "1, 0", "1, 1", "2, 0"})
    void oneDrawSaysNothingAboutAnother(int seeds, int places) {
        double[] weights = new double[3000];
        Arrays.fill(weights, 0.5 / 2992);
        Arrays.fill(weights, 0, 8, 0.5 / 8);
        float[] logits = new float[weights.length];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) Math.log(weights[id]);
        }
        var weighed = new TokenWeights(race.greatest(logits), 1);
        int kinds = 8 + 12; // each likely token for itself, the others by their blocks
        int draws = 60_000;
        int[][] pairs = new int[kinds][kinds];
        int[] firsts = new int[kinds];
        int[] seconds = new int[kinds];
        for (int i = 0; i < draws; i++) {
            long seed = seeds == 0 ? 77 : 4L * i;
            int place = seeds == 0 ? 3 * i : 5;
            int one = kind(race.winner(logits, weighed, Cut.NONE, seed, place));
            int other = kind(race.winner(logits, weighed, Cut.NONE, seed + seeds, place + places));
            pairs[one][other]++;
            firsts[one]++;
            seconds[other]++;
        }
        double sum = 0;
        for (int one = 0; one < kinds; one++) {
            for (int other = 0; other < kinds; other++) {
                double expected = firsts[one] * (double) seconds[other] / draws;
                sum += Math.pow(pairs[one][other] - expected, 2) / expected;
            }
        }
        double degrees = (kinds - 1) * (kinds - 1);
        assertThat((sum - degrees) / Math.sqrt(2 * degrees)).isBetween(-5.0, 5.0);
    }

    private static int kind(int token) {
        return token < 8 ? token : 8 + token / 256;
    }

    @Test
    void whatIsLessLikelyThanAnyNumberSaysNeverWins() {
        double[] weights = new double[300];
        weights[290] = Float.MIN_VALUE;
        assertThat(IntStream.range(0, 1000).map(place -> winner(weights, 1, place)))
                .containsOnly(290);
        weights[3] = 1e30;
        assertThat(IntStream.range(0, 1000).map(place -> winner(weights, 1, place)))
                .containsOnly(3);
        assertThat(race.greatest(new float[300])).isZero();
        assertThat(race.greatest(new float[] {Float.NaN, Float.NEGATIVE_INFINITY}))
                .isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
