package dev.tokenring.llm;

import java.util.List;
import java.util.Set;

/**
 * How text is generated. Start from {@link #GREEDY} or from a model's own {@link LanguageModel#defaults() defaults}, and
 * derive. Immutable.
 *
 * @param maxTokens the most tokens to generate; 1 or more
 * @param temperature 0 to take the likeliest token each time; otherwise logits are divided by it before sampling, so
 *     that below 1 likely tokens become likelier still
 * @param topK sample among the k likeliest tokens only; 0 for all
 * @param topP sample among the likeliest tokens that together have this probability, of those that {@code topK} left; 1
 *     for all
 * @param seed the same seed gives the same text for the same prompt, options and model
 * @param stopStrings generation ends before the first of these strings would be complete
 * @param endTokens the ids that end the generation
 */
public record GenerationOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        long seed,
        List<String> stopStrings,
        Set<Integer> endTokens) {
    /** The likeliest token each time, 64 tokens at most, and nothing that ends them sooner. */
    public static final GenerationOptions GREEDY = new GenerationOptions(64, 0, 0, 1, 0, List.of(), Set.of());

    /**
     * Checks the options.
     *
     * @param maxTokens see the record
     * @param temperature see the record
     * @param topK see the record
     * @param topP see the record
     * @param seed see the record
     * @param stopStrings see the record
     * @param endTokens see the record
     * @throws IllegalArgumentException if one is out of its range; the message gives the value and the range
     */
    public GenerationOptions {
        require(maxTokens >= 1, "maxTokens", maxTokens, "1 or more");
        require(
                temperature >= 0 && temperature <= 100,
                "temperature",
                temperature,
                "from 0 (always the likeliest token) to 100; 0.7 is usual");
        require(topK >= 0, "topK", topK, "1 or more, or 0 for all tokens");
        require(topP > 0 && topP <= 1, "topP", topP, "more than 0 and at most 1; 1 means all tokens");
        stopStrings = List.copyOf(stopStrings);
        endTokens = Set.copyOf(endTokens);
        require(!stopStrings.contains(""), "stopStrings", stopStrings, "without the empty string");
    }

    private static void require(boolean valid, String option, Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(option + " is " + value + ": it must be " + range);
        }
    }

    /**
     * Derives options with another token limit.
     *
     * @param maxTokens 1 or more
     * @return the derived options
     */
    public GenerationOptions withMaxTokens(int maxTokens) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with another temperature.
     *
     * @param temperature from 0 to 100
     * @return the derived options
     */
    public GenerationOptions withTemperature(double temperature) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with another number of candidates.
     *
     * @param topK 1 or more, or 0 for all
     * @return the derived options
     */
    public GenerationOptions withTopK(int topK) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with another probability of the candidates.
     *
     * @param topP more than 0 and at most 1
     * @return the derived options
     */
    public GenerationOptions withTopP(double topP) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with another seed.
     *
     * @param seed any number
     * @return the derived options
     */
    public GenerationOptions withSeed(long seed) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with other stop strings.
     *
     * @param stopStrings strings that end the generation; not part of the text
     * @return the derived options
     */
    public GenerationOptions withStopStrings(List<String> stopStrings) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }

    /**
     * Derives options with other end tokens.
     *
     * @param endTokens token ids that end the generation
     * @return the derived options
     */
    public GenerationOptions withEndTokens(Set<Integer> endTokens) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, seed, stopStrings, endTokens);
    }
}
