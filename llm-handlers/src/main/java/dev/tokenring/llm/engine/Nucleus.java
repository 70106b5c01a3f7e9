package dev.tokenring.llm.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Top-p, or nucleus sampling (Holtzman and others, "The Curious Case of Neural Text Degeneration", 2019): the likeliest
 * tokens that together have a probability. One pass adds up the tokens' weights in classes of similar logits, which tells in
 * which class the nucleus ends, and only that one is sorted. So a model that is not sure costs little more than one that is,
 * unless it hardly prefers any token to another.
 *
 * <p>Nearly all of the time would go into an exponential function for each token. Within a class its argument differs by less
 * than 1/{@value #CLASSES_PER_E}, and five terms of its series, times the class's own, give eight digits, one more than a
 * logit has.
 *
 * <p>For one thread.
 */
final class Nucleus {
    private static final int CLASSES_PER_E = 16;

    /** What is less likely than e^-40 beside the likeliest is in none of them: a million such tokens change no digit. */
    private static final int CLASSES = 40 * CLASSES_PER_E;

    private static final int CHUNK = 256;

    private static final double[] LIKELIEST_OF_CLASS = IntStream.range(0, CLASSES)
            .mapToDouble(one -> Math.exp(-one / (double) CLASSES_PER_E))
            .toArray();

    /** One more, for those that are in none. */
    private final double[] classWeights = new double[CLASSES + 1];

    private final int[] classes = new int[CHUNK];
    private final double[] besideLikeliest = new double[CHUNK];
    private long[] candidates = new long[0];

    /**
     * Keeps the fewest tokens that have the probability: at least one, if there is one; where infinite logits, or a
     * temperature of less than any number can tell, leave nothing but the likeliest, all of these.
     */
    Cut cut(float[] logits, TokenWeights weights, double topP) {
        double scale = CLASSES_PER_E / weights.temperature();
        double wanted = topP * weigh(logits, weights, scale);
        int last = 0;
        while (last < CLASSES - 1 && wanted > classWeights[last]) {
            wanted -= classWeights[last++];
        }
        return cutIn(last, scale, logits, weights, wanted);
    }

    /**
     * Gives each class the weight of its tokens, and returns that of all. The loop that only computes is apart from the one
     * that adds, for then the compiler makes vector instructions of it.
     */
    private double weigh(float[] logits, TokenWeights weights, double scale) {
        Arrays.fill(classWeights, 0);
        double greatest = weights.greatest();
        for (int from = 0; from < logits.length; from += CHUNK) {
            int length = Math.min(CHUNK, logits.length - from);
            for (int i = 0; i < length; i++) {
                double below = Math.min((greatest - logits[from + i]) * scale, CLASSES);
                int ofClass = (int) below;
                double rest = (ofClass - below) * (1.0 / CLASSES_PER_E);
                classes[i] = ofClass;
                besideLikeliest[i] = 1 + rest * (1 + rest * (1 / 2.0 + rest * (1 / 6.0 + rest * (1 / 24.0))));
            }
            for (int i = 0; i < length; i++) {
                if (besideLikeliest[i] > 0) {
                    classWeights[classes[i]] += besideLikeliest[i];
                }
            }
        }
        double total = 0;
        for (int one = 0; one < CLASSES; one++) {
            classWeights[one] *= LIKELIEST_OF_CLASS[one];
            total += classWeights[one];
        }
        return total;
    }

    /** Of the likelier classes all tokens are kept, of this one those that together have the weight that is still wanted. */
    private Cut cutIn(int last, double scale, float[] logits, TokenWeights weights, double wanted) {
        int count = 0;
        double greatest = weights.greatest();
        // Comparing floats is quick; the bounds are a little too wide, and what lies within is looked at as exactly as
        // before.
        float least = (float) (greatest - (last + 1.01) / scale);
        float most = Math.nextUp((float) (greatest - (last - 0.01) / scale));
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] >= least && logits[id] <= most && isIn(last, (greatest - logits[id]) * scale)) {
                if (count == candidates.length) {
                    candidates = Arrays.copyOf(candidates, Math.max(64, 2 * count));
                }
                candidates[count++] = TopCandidates.candidate(logits[id], id);
            }
        }
        Arrays.sort(candidates, 0, count);
        double missing = wanted;
        int kept = count;
        while (kept > 0 && missing > 0) {
            missing -= weights.of(TopCandidates.logitOf(candidates[--kept]));
        }
        return kept == count
                ? Cut.NONE
                : new Cut(TopCandidates.logitOf(candidates[kept]), TopCandidates.idOf(candidates[kept]));
    }

    private static boolean isIn(int ofClass, double below) {
        return below >= ofClass && below < ofClass + 1;
    }
}
