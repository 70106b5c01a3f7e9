package dev.tokenring.llm.engine;

import org.jspecify.annotations.Nullable;

/** The next tokens of one sequence, which go through the model in one step. For the thread that computes it. */
final class Chunk {
    /** After which of the tokens logits are wanted. */
    enum Wanted {
        /** After none, since more of the prompt comes. */
        NONE,
        /** After the last. */
        LAST,
        /** After each, to score a text. */
        ALL
    }

    private final KvCache cache;
    private final int[] ids;
    private final Wanted wanted;
    private float @Nullable [] logits;

    /**
     * Makes a chunk.
     *
     * @param cache what came before; gets the keys and values of these tokens too, and has room for them
     * @param ids at least one token
     * @param wanted after which tokens logits are wanted
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

    /** After the step: of shape [vocabulary] after the last token, [tokens × vocabulary] after all. */
    float[] logits() {
        if (logits == null) {
            throw new IllegalStateException("no logits: " + wanted + " were wanted, or there was no step yet");
        }
        return logits;
    }
}
