package dev.tokenring.llm;

/**
 * What a generation took, in tokens.
 *
 * @param promptTokens the length of the prompt
 * @param cachedTokens how many of the prompt's tokens had not to be computed, since another request began like this one
 * @param completionTokens how many tokens were generated up to here, the end token included
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
