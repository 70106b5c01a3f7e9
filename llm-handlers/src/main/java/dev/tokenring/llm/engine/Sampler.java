package dev.tokenring.llm.engine;

import dev.tokenring.llm.GenerationOptions;
import java.util.SplittableRandom;

/**
 * Chooses a token from logits: the likeliest, or one drawn after temperature, top-k and top-p, in this order. Candidates
 * are taken from a heap, likeliest first and ties by id, only as far as they can matter; so there is no full sort, and the
 * choice depends on the logits and the seed alone. {@link SplittableRandom} is specified to give the same numbers for the
 * same seed on every JVM. For one thread.
 *
 * <p>A logit that is no number, as a damaged model may give, counts as impossible; an infinite one as certain.
 */
final class Sampler {
    private final GenerationOptions options;
    private final SplittableRandom random;
    private int[] heap = new int[0];
    private double[] weights = new double[0];

    Sampler(GenerationOptions options) {
        this.options = options;
        this.random = new SplittableRandom(options.seed());
    }

    /** Chooses the next token's id. Logits that are no numbers are overwritten. */
    int choose(float[] logits) {
        int likeliest = likeliest(logits);
        if (options.temperature() == 0 || options.topK() == 1) {
            return likeliest;
        }
        return options.topK() == 0 && options.topP() == 1
                ? drawFromAll(logits, logits[likeliest])
                : drawFromLikeliest(logits, logits[likeliest]);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id])) {
                logits[id] = Float.NEGATIVE_INFINITY;
            }
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    /** The probability of a token, up to a factor that all tokens share. */
    private double weight(float logit, float greatest) {
        return logit == greatest ? 1 : Math.exp((logit - greatest) / options.temperature());
    }

    private double totalWeight(float[] logits, float greatest) {
        double total = 0;
        for (float logit : logits) {
            total += weight(logit, greatest);
        }
        return total;
    }

    private int drawFromAll(float[] logits, float greatest) {
        double rest = random.nextDouble() * totalWeight(logits, greatest);
        int last = 0;
        for (int id = 0; id < logits.length; id++) {
            double weight = weight(logits[id], greatest);
            if (weight > 0) {
                last = id;
                rest -= weight;
                if (rest < 0) {
                    return id;
                }
            }
        }
        return last;
    }

    private int drawFromLikeliest(float[] logits, float greatest) {
        int limit = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
        buildHeap(logits, limit);
        boolean all = limit == logits.length;
        double total = all ? totalWeight(logits, greatest) : 0;
        // Taken candidates lie behind the heap, the likeliest last; their weights lie in the order of taking.
        int taken = 0;
        double takenWeight = 0;
        while (taken < limit && !(all && taken > 0 && takenWeight >= options.topP() * total)) {
            weights[taken] = weight(logits[heap[0]], greatest);
            takenWeight += weights[taken];
            takeTop(logits, logits.length - taken);
            taken++;
        }
        int kept = 0;
        double keptWeight = 0;
        while (kept < taken && (kept == 0 || keptWeight < options.topP() * (all ? total : takenWeight))) {
            keptWeight += weights[kept++];
        }
        double rest = random.nextDouble() * keptWeight;
        int chosen = 0;
        while (chosen < kept - 1 && (rest -= weights[chosen]) >= 0) {
            chosen++;
        }
        return heap[logits.length - 1 - chosen];
    }

    private void buildHeap(float[] logits, int limit) {
        if (heap.length != logits.length) {
            heap = new int[logits.length];
        }
        if (weights.length < limit) {
            weights = new double[limit];
        }
        for (int id = 0; id < heap.length; id++) {
            heap[id] = id;
        }
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            siftDown(logits, i, heap.length);
        }
    }

    private void takeTop(float[] logits, int size) {
        int top = heap[0];
        heap[0] = heap[size - 1];
        heap[size - 1] = top;
        siftDown(logits, 0, size - 1);
    }

    private void siftDown(float[] logits, int from, int size) {
        int parent = from;
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && before(logits, heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(logits, heap[child], heap[parent])) {
                return;
            }
            int lesser = heap[parent];
            heap[parent] = heap[child];
            heap[child] = lesser;
            parent = child;
        }
    }

    private static boolean before(float[] logits, int a, int b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    }
}
