package dev.tokenring.llm.engine;

import org.jspecify.annotations.Nullable;

/** The next tokens of one sequence, which go through the model in one step. For the thread that computes it. */
final class Chunk {
    /** What is wanted of the step. */
    enum Wanted {
        /** Nothing, since more of the prompt comes. */
        NONE,
        /** The likeliest token after the last, and no logits, which are many numbers. */
        LIKELIEST,
        /** The logits after the last token. */
        LAST,
        /** The logits after each token, to score a text. */
        ALL
    }

    private static final int NO_TOKEN = -1;

    private final KvCache cache;
    private final int[] ids;
    private final Wanted wanted;
    private float @Nullable [] logits;
    private int likeliest = NO_TOKEN;

    /**
     * Makes a chunk.
     *
     * @param cache what came before; gets the keys and values of these tokens too, and has room for them
     * @param ids at least one token
     * @param wanted what is to come of the step
     */
    Chunk(KvCache cache, int[] ids, Wanted wanted) {
        this.cache = cache;
        this.ids = ids;
        this.wanted = wanted;
    }

    KvCache cache() {
        return cache;
    }

    int[] ids() {
        return ids;
    }

    Wanted wanted() {
        return wanted;
    }

    /** Gives the logits, which the step has computed. */
    void answer(float[] computed) {
        logits = computed;
    }

    /** Gives the token, which the step has chosen. */
    void answer(int id) {
        likeliest = id;
    }

    /** After the step: the id with the greatest logit, of equals the first. */
    int likeliest() {
        if (likeliest == NO_TOKEN) {
            throw new IllegalStateException("no likeliest token: " + wanted + " was wanted, or there was no step yet");
        }
        return likeliest;
    }

    /** After the step: of shape [vocabulary] after the last token, [tokens × vocabulary] after all. */
    float[] logits() {
        if (logits == null) {
            throw new IllegalStateException("no logits: " + wanted + " was wanted, or there was no step yet");
        }
        return logits;
    }
}
