package dev.tokenring.benchmarks.generation.sweep;

import java.util.Random;

/**
 * A request, and when it comes.
 *
 * @param dueNs when it is to be made, from the beginning of the run
 * @param promptTokens the length of its prompt
 * @param newTokens how many tokens it wants
 * @param seed what its prompt is drawn from
 */
record Arrival(long dueNs, int promptTokens, int newTokens, long seed) {
    /** Token ids that no other request begins with, so that nothing of the prompt is known before. */
    int[] prompt(int vocabulary) {
        return new Random(seed).ints(promptTokens, 0, vocabulary).toArray();
    }
}
