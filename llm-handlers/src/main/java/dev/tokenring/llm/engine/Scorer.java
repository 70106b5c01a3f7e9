package dev.tokenring.llm.engine;

import dev.tokenring.llm.engine.Chunk.Wanted;
import java.util.Arrays;
import java.util.List;

/** How likely a model finds a text, token by token. For the thread that computes steps. */
final class Scorer {
    /** A large vocabulary times a long text would not fit the heap: so many logits, 16 MiB, are taken out in one step. */
    private static final int LOGITS_PER_STEP = 1 << 22;

    private Scorer() {}

    /** The natural logarithms of the probabilities of all tokens but the first, each after those before it. */
    static double[] score(StepModel model, int[] ids) {
        return score(model, ids, Math.max(1, LOGITS_PER_STEP / model.vocabularySize()));
    }

    static double[] score(StepModel model, int[] ids, int tokensPerStep) {
        int count = ids.length - 1;
        double[] scores = new double[count];
        if (count == 0) {
            return scores;
        }
        try (KvCache cache = model.newCache(count)) {
            for (int at = 0; at < count; at += tokensPerStep) {
                int[] some = Arrays.copyOfRange(ids, at, Math.min(at + tokensPerStep, count));
                var chunk = new Chunk(cache, some, Wanted.ALL);
                model.step(List.of(chunk));
                for (int i = 0; i < some.length; i++) {
                    scores[at + i] = logProbability(
                            chunk.logits(), i * model.vocabularySize(), model.vocabularySize(), ids[at + i + 1]);
                }
            }
        }
        return scores;
    }

    /** Of one token, among the logits of a row; the greatest is taken out first, so that no exponential overflows. */
    private static double logProbability(float[] logits, int row, int size, int id) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = row; i < row + size; i++) {
            greatest = Math.max(greatest, logits[i]);
        }
        double sum = 0;
        for (int i = row; i < row + size; i++) {
            sum += Math.exp(logits[i] - greatest);
        }
        return logits[row + id] - greatest - Math.log(sum);
    }
}
