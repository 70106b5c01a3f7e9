package dev.tokenring.benchmarks.generation;

import java.util.List;

/**
 * One way to have a language model generate. It takes the most probable token each time and stops for nothing but the
 * number of tokens, so that all do the same work.
 */
public interface Generator extends AutoCloseable {
    /**
     * Has all prompts answered at the same time, as so many callers would, and waits for the last.
     *
     * @param prompts the token ids of each caller's prompt
     * @param newTokens how many tokens each caller wants
     * @return how many tokens each of them got
     * @throws Exception if one got no answer
     */
    int[] generate(List<int[]> prompts, int newTokens) throws Exception;

    @Override
    void close();
}
