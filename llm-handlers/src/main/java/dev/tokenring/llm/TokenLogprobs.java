package dev.tokenring.llm;

import java.util.List;

/**
 * How likely the model found one token, and what it found likelier. The logarithms (to base e) of the probabilities that
 * the model itself gives, at temperature 1 and before bias, penalties, constraint, top-k, top-p and min-p: they tell about
 * the model, not about the sampling. Immutable.
 *
 * @param chosen the token that was taken
 * @param likeliest the likeliest tokens, likeliest first, as many as {@link GenerationOptions#logprobs()} asks for; the
 *     chosen one may be among them
 */
public record TokenLogprobs(Candidate chosen, List<Candidate> likeliest) {
    /**
     * Keeps the list from changing.
     *
     * @param chosen see the record
     * @param likeliest see the record
     */
    public TokenLogprobs {
        likeliest = List.copyOf(likeliest);
    }

    /**
     * A token that may come next.
     *
     * @param id the token
     * @param logprob the logarithm of its probability: 0 for a certain one, minus infinity for an impossible one
     */
    public record Candidate(int id, double logprob) {}
}
