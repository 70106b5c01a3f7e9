package dev.tokenring.benchmarks.generation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Prompts of random tokens, none of which is special. No two begin alike, so that nobody who computes the same beginning
 * only once has less to do. For one thread.
 */
public final class Prompts {
    /** All models know as many tokens. */
    private static final int LAST_ID = 4095;

    private static final int FIRST_ID = CharacterVocabulary.FIRST_CHARACTER;

    private final SplittableRandom random;

    /**
     * Begins with the same prompts for the same seed.
     *
     * @param seed any number
     */
    public Prompts(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * Makes prompts.
     *
     * @param count how many
     * @param tokens the length of each
     * @return the token ids of each
     */
    public List<int[]> next(int count, int tokens) {
        return Stream.generate(() -> random.ints(tokens, FIRST_ID, LAST_ID + 1).toArray())
                .limit(count)
                .toList();
    }
}
