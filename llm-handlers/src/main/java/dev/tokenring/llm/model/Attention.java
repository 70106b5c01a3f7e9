package dev.tokenring.llm.model;

/**
 * How the tokens of a sequence look at those before them, and at themselves.
 *
 * @param heads how many heads ask
 * @param cachedHeads how many heads have keys and values; each serves {@code heads / cachedHeads} that ask
 * @param headSize the numbers of a head
 * @param scale by which a query's product with a key is multiplied
 * @param window how many tokens a token sees at most, itself included; {@link #UNLIMITED} for all
 */
public record Attention(int heads, int cachedHeads, int headSize, double scale, int window) {
    /** A window that holds every sequence. */
    public static final int UNLIMITED = Integer.MAX_VALUE;
}
