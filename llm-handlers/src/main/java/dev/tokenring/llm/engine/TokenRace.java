package dev.tokenring.llm.engine;

/**
 * Draws one of the tokens, each as often as its weight says, so that weights that differ a little seldom draw another one. It
 * is an exponential race, also known as the Gumbel-max trick (Gumbel 1954; Maddison, Tarlow and Minka, "A* Sampling", 2014):
 * each token arrives after a time of the distribution Exp(1), divided by its weight, and the first one wins. A token's time
 * depends on itself, the seed and the place in the text, so the race changes only where the two first ones are closer
 * together than the weights are exact. In a draw from cumulated weights the change of one token would move all that are
 * behind it.
 *
 * <p>Blocks of {@value #BLOCK} tokens race by their common weight, and then the tokens of the block that won. No block comes
 * sooner than it would if all of its tokens were as likely as its likeliest. Few of them are so early that their weights
 * matter, so most of a vocabulary costs no more than the search for the greatest logit.
 *
 * <p>For one thread.
 */
final class TokenRace {
    private static final int BLOCK = 256;

    /** The odd number next to 2^64 divided by the golden ratio, by which SplitMix64 counts. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    /** Of each block the greatest logit. */
    private float[] greatest = new float[0];

    private double[] soonest = new double[0];

    /** The greatest logit; minus infinity if all are impossible. The {@link #winner} of the same logits can be asked for next. */
    float greatest(float[] logits) {
        int blocks = (logits.length + BLOCK - 1) / BLOCK;
        if (greatest.length != blocks) {
            greatest = new float[blocks];
            soonest = new double[blocks];
        }
        float ofAll = Float.NEGATIVE_INFINITY;
        for (int block = 0; block < blocks; block++) {
            float ofBlock = Float.NEGATIVE_INFINITY;
            for (int id = block * BLOCK; id < end(block, logits); id++) {
                if (logits[id] > ofBlock) {
                    ofBlock = logits[id];
                }
            }
            greatest[block] = ofBlock;
            ofAll = Math.max(ofAll, ofBlock);
        }
        return ofAll;
    }

    private static int end(int block, float[] logits) {
        return Math.min((block + 1) * BLOCK, logits.length);
    }

    /**
     * Which token wins, of those that a cut keeps, which are one at least; another seed and another place make another race.
     *
     * @param logits whose {@link #greatest} has just been found
     * @param weights of the tokens, with the greatest of their logits
     * @param place in the text, counted from 0
     */
    int winner(float[] logits, TokenWeights weights, Cut cut, long seed, int place) {
        long ofPlace = mixed(seed + (place + 1) * STEP);
        int block = winnerOfBlocks(logits, weights, cut, ofPlace);
        return winnerOfTokens(block, logits, weights, cut, ofPlace);
    }

    private int winnerOfBlocks(float[] logits, TokenWeights weights, Cut cut, long ofPlace) {
        int favourite = 0;
        for (int block = 0; block < soonest.length; block++) {
            soonest[block] = time(ofPlace, ~block) / (BLOCK * weights.of(greatest[block]));
            favourite = soonest[block] < soonest[favourite] ? block : favourite;
        }
        int winner = -1;
        double first = Double.POSITIVE_INFINITY;
        for (int i = -1; i < soonest.length; i++) {
            int block = i < 0 ? favourite : i;
            if (soonest[block] < first && i != favourite) {
                double weight = weight(block, logits, weights, cut);
                double arrival = time(ofPlace, ~block) / weight;
                if (arrival < first) {
                    winner = block;
                    first = arrival;
                }
            }
        }
        return winner;
    }

    private double weight(int block, float[] logits, TokenWeights weights, Cut cut) {
        double sum = 0;
        for (int id = block * BLOCK; id < end(block, logits); id++) {
            if (cut.keeps(logits[id], id)) {
                sum += weights.of(logits[id]);
            }
        }
        return sum;
    }

    private int winnerOfTokens(int block, float[] logits, TokenWeights weights, Cut cut, long ofPlace) {
        int winner = -1;
        double first = Double.POSITIVE_INFINITY;
        for (int id = block * BLOCK; id < end(block, logits); id++) {
            if (cut.keeps(logits[id], id)) {
                double arrival = time(ofPlace, id) / weights.of(logits[id]);
                if (winner < 0 || arrival < first) {
                    winner = id;
                    first = arrival;
                }
            }
        }
        return winner;
    }

    /**
     * Of the distribution Exp(1).
     *
     * @param entrant a token's id, or a block's number with all bits inverted, so that no two have the same time
     */
    private static double time(long ofPlace, int entrant) {
        double below1 = (mixed(ofPlace + (entrant + 1) * STEP) >>> 11) * 0x1p-53;
        return -Math.log(1 - below1);
    }

    /** The n-th number of SplitMix64 (Steele, Lea and Flood, 2014) is this of its seed and n steps. */
    private static long mixed(long state) {
        long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
