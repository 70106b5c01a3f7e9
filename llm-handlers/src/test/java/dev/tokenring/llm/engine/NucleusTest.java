package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NucleusTest {
    private final Nucleus nucleus = new Nucleus();
    private final Random random = new Random(12);

    private Set<Integer> kept(float[] logits, double temperature, double topP) {
        float greatest = new TokenRace().greatest(logits);
        Cut cut = nucleus.cut(logits, new TokenWeights(greatest, temperature), topP);
        return IntStream.range(0, logits.length)
                .filter(id -> cut.keeps(logits[id], id))
                .boxed()
                .collect(Collectors.toSet());
    }

    /** By its definition: sorted, equals by their ids, and added up. */
    private static Set<Integer> expected(float[] logits, double temperature, double topP) {
        float greatest = new TokenRace().greatest(logits);
        var weights = new TokenWeights(greatest, temperature);
        double missing = topP * weights.total(logits);
        var kept = new HashSet<Integer>();
        for (int id : IntStream.range(0, logits.length)
                .boxed()
                .filter(id -> weights.of(logits[id]) > 0)
                .sorted(Comparator.comparingDouble(id -> -logits[id]))
                .toList()) {
            if (kept.isEmpty() || missing > 1e-12) {
                kept.add(id);
            }
            missing -= weights.of(logits[id]);
        }
        return kept;
    }

    @Test
    void keepsTheFewestThatHaveTheProbability() {
        for (int round = 0; round < 500; round++) {
            float[] logits = new float[1 + random.nextInt(2000)];
            double spread = 5 * random.nextDouble();
            for (int id = 0; id < logits.length; id++) {
                logits[id] = (float) (spread * random.nextGaussian());
                logits[id] = round % 3 == 0 ? Math.round(logits[id]) : logits[id]; // many equals
                logits[id] = random.nextInt(9) > 0 ? logits[id] : random.nextBoolean() ? Float.NaN : -1e30f;
            }
            logits[random.nextInt(logits.length)] = 0.5f;
            double temperature = 0.2 + random.nextDouble();
            double topP = random.nextDouble();
            assertThat(kept(logits, temperature, topP)).isEqualTo(expected(logits, temperature, topP));
        }
    }

    @Test
    void keepsOneAtLeastAndAllAtMost() {
        float[] logits = {1, 2, 2, Float.NaN, Float.NEGATIVE_INFINITY, -50};
        assertThat(kept(logits, 1, 1e-300)).containsExactly(1);
        assertThat(kept(logits, 1, 0.5)).containsExactly(1, 2);
        assertThat(kept(logits, 1, Math.nextDown(1.0))).contains(0, 1, 2).doesNotContain(3, 4);
        float infinite = Float.POSITIVE_INFINITY;
        assertThat(kept(new float[] {infinite, 3, infinite}, 1, 0.9)).contains(0, 2);
    }

    /** A class is added up by a series, whose digits decide here, and then sorted and added up exactly. */
    @Test
    void isExactWhereAClassEnds() {
        float[] logits = new float[4001];
        Arrays.fill(logits, 1, 2001, -0.0624f);
        Arrays.fill(logits, 2001, 4001, -0.07f);
        double first = 1 + 2000 * Math.exp(-0.0624f);
        double one = Math.exp(-0.07f);
        double total = first + 2000 * one;
        assertThat(kept(logits, 1, (first + (10 - 2e-4) * one) / total)).hasSize(2001 + 10);
        assertThat(kept(logits, 1, (first + (10 + 2e-4) * one) / total)).hasSize(2001 + 11);
        for (int i = -100; i <= 100; i++) {
            assertThat(kept(logits, 1, (first + i * 1e-6) / total)).hasSizeBetween(2001, 2002);
        }
    }

    @Test
    void findsLogitsThatVanishBesideTheGreatest() {
        float[] logits = {2, 1e-20f, 1e-20f, -3, -3, -3, -3, -3, -3, -3, -3, -3};
        assertThat(kept(logits, 1, 0.83)).isEqualTo(expected(logits, 1, 0.83)).hasSize(2);
    }
}
