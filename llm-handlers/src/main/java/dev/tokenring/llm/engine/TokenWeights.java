package dev.tokenring.llm.engine;

/**
 * How likely tokens are beside each other: the probability of each, up to a factor that all share; 1 for the likeliest.
 *
 * @param greatest the likeliest token's logit
 * @param temperature above 0
 */
record TokenWeights(float greatest, double temperature) {
    /** From 0 to 1; 0 for what is impossible, also where the logit is no number. */
    double of(float logit) {
        if (logit == greatest) {
            return 1;
        }
        double weight = Math.exp((logit - greatest) / temperature);
        return weight > 0 ? weight : 0;
    }

    double total(float[] logits) {
        double total = 0;
        for (float logit : logits) {
            total += of(logit);
        }
        return total;
    }

    /** Keeps the tokens of at least this weight, which is above 0. */
    Cut cut(double minP) {
        return new Cut(greatest + temperature * Math.log(minP), Integer.MAX_VALUE);
    }
}
