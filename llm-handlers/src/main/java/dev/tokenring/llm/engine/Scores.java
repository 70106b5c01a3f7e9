package dev.tokenring.llm.engine;

/** How likely each token was to follow those before it. */
final class Scores implements Scoring.Taker {
    private final int[] ids;
    private final int vocabularySize;
    private final double[] logProbabilities;

    Scores(int[] ids, int vocabularySize) {
        this.ids = ids;
        this.vocabularySize = vocabularySize;
        this.logProbabilities = new double[ids.length - 1];
    }

    @Override
    public void take(float[] logits, int position) {
        for (int row = 0; row < logits.length / vocabularySize; row++) {
            int next = position + row + 1;
            if (next < ids.length) {
                logProbabilities[next - 1] = logProbability(logits, row * vocabularySize, ids[next]);
            }
        }
    }

    private double logProbability(float[] logits, int from, int id) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabularySize; i++) {
            greatest = Math.max(greatest, logits[from + i]);
        }
        double sum = 0;
        for (int i = 0; i < vocabularySize; i++) {
            sum += Math.exp(logits[from + i] - greatest);
        }
        return logits[from + id] - greatest - Math.log(sum);
    }

    /** Of each token but the first. */
    double[] logProbabilities() {
        return logProbabilities;
    }
}
