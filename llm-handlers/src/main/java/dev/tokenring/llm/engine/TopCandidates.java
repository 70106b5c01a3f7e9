package dev.tokenring.llm.engine;

import java.util.Arrays;

/**
 * The tokens with the greatest logits, greatest first and equals by id. Tokens that are impossible (minus infinity, or no
 * number) are never among them.
 *
 * <p>One pass over the vocabulary, which compares each logit with the least that is still of interest and seldom does
 * more: what passes is gathered, and whenever twice as many have gathered as are wanted, the lesser half is thrown out and
 * the bar is raised. A candidate is one long, the logit in its upper half in an order-preserving form and the id in its
 * lower half, so that sorting needs no comparator. For one thread.
 */
final class TopCandidates {
    private long[] gathered = new long[0];
    private int count;

    /** Finds the greatest; fewer than wanted if no more are possible. */
    void select(float[] logits, int wanted) {
        int capacity = (int) Math.min(2L * wanted, logits.length);
        if (gathered.length < capacity) {
            gathered = new long[capacity];
        }
        count = 0;
        float bar = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] > bar) {
                if (count == capacity) {
                    keepGreatest(wanted);
                    bar = logit(0);
                    if (!(logits[id] > bar)) {
                        continue;
                    }
                }
                gathered[count++] = candidate(logits[id], id);
            }
        }
        keepGreatest(Math.min(wanted, count));
        for (int low = 0, high = count - 1; low < high; low++, high--) {
            long greater = gathered[high];
            gathered[high] = gathered[low];
            gathered[low] = greater;
        }
    }

    private void keepGreatest(int wanted) {
        Arrays.sort(gathered, 0, count);
        System.arraycopy(gathered, count - wanted, gathered, 0, wanted);
        count = wanted;
    }

    /** Adding zero makes the negative zero the positive one, for they are equal. */
    static long candidate(float logit, int id) {
        int bits = Float.floatToIntBits(logit + 0f);
        return (long) (bits ^ ((bits >> 31) & 0x7fffffff)) << 32 | (~id & 0xffffffffL);
    }

    int count() {
        return count;
    }

    int id(int rank) {
        return idOf(gathered[rank]);
    }

    float logit(int rank) {
        return logitOf(gathered[rank]);
    }

    static int idOf(long candidate) {
        return ~(int) candidate;
    }

    static float logitOf(long candidate) {
        int bits = (int) (candidate >> 32);
        return Float.intBitsToFloat(bits ^ ((bits >> 31) & 0x7fffffff));
    }
}
