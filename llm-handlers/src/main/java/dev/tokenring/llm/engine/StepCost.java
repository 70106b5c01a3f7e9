package dev.tokenring.llm.engine;

/**
 * Learns what a step costs: so much for the step, and so much for each token in it. A least-squares line through what steps
 * took, in which older ones count for less. For one thread.
 */
final class StepCost {
    private static final double MEMORY = 0.98;

    private double weight;
    private double tokens;
    private double took;
    private double tokensSquared;
    private double tokensTook;

    void learn(int stepTokens, long tookNs) {
        weight = weight * MEMORY + 1;
        tokens = tokens * MEMORY + stepTokens;
        took = took * MEMORY + tookNs;
        tokensSquared = tokensSquared * MEMORY + (double) stepTokens * stepTokens;
        tokensTook = tokensTook * MEMORY + (double) stepTokens * tookNs;
    }

    /** Nanoseconds for each token; all of the cost, while all steps are alike. */
    double tokenNs() {
        if (weight == 0) {
            return 0;
        }
        double spread = tokensSquared / weight - (tokens / weight) * (tokens / weight);
        if (spread < 1) {
            return took / Math.max(1, tokens);
        }
        double slope = (tokensTook / weight - (tokens / weight) * (took / weight)) / spread;
        return Math.min(Math.max(0, slope), took / Math.max(1, tokens));
    }

    /** Nanoseconds for a step, without its tokens. */
    double stepNs() {
        return weight == 0 ? 0 : Math.max(0, (took - tokenNs() * tokens) / weight);
    }
}
