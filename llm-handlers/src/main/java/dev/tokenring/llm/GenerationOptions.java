package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How text is generated. Start from {@link #GREEDY} or from a model's own {@link LanguageModel#defaults() defaults}, and
 * derive. Immutable.
 *
 * <p>A token is chosen in this order: what the constraint does not allow is left out; the bias is added; the penalty for
 * repetition, then those for presence and frequency are taken; at temperature 0 the likeliest is chosen, otherwise logits
 * are divided by the temperature; top-k, top-p and min-p leave candidates out, in this order; one of those left is drawn.
 *
 * @param maxTokens the most tokens to generate; 1 or more
 * @param temperature 0 to take the likeliest token each time; otherwise logits are divided by it before sampling, so
 *     that below 1 likely tokens become likelier still
 * @param topK sample among the k likeliest tokens only; 0 for all
 * @param topP sample among the likeliest tokens that together have this probability, of those that {@code topK} left; 1
 *     for all
 * @param minP of those that {@code topK} and {@code topP} left, sample among the tokens whose probability is at least
 *     this fraction of the likeliest one's; 0 for all
 * @param penalties what makes the model repeat itself less
 * @param logitBias what is added to the logits of which token ids; 100 all but forces a token, -100 all but forbids it;
 *     a model refuses an id that it does not have
 * @param seed the same seed gives the same text for the same prompt, options and model, whatever else the model computes
 *     at the time, except where two tokens are so close that rounding decides, which is rare
 * @param samples how many texts to generate for one prompt; the first is what one alone would be, and each further one has
 *     a seed of its own that is derived from {@code seed}, so that more samples do not change the ones before
 * @param logprobs how many of the likeliest tokens to report beside each chosen one, with their
 *     {@linkplain TokenLogprobs probabilities}; 0 for no report
 * @param stopStrings generation ends before the first of these strings would be complete
 * @param endTokens the ids that end the generation; a model refuses one that it does not have
 * @param constraint what the text must be, or null if it is free. Where tokens run short, only what leads to the end soon
 *     enough is allowed, so the text is complete even when {@code maxTokens} or the context ends it. A request whose
 *     shortest text does not fit is refused at its start. There can't be stop strings beside it, for they would cut the
 *     text short
 */
public record GenerationOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        Penalties penalties,
        Map<Integer, Double> logitBias,
        long seed,
        int samples,
        int logprobs,
        List<String> stopStrings,
        Set<Integer> endTokens,
        @Nullable OutputConstraint constraint) {
    /** The likeliest token each time, 64 tokens at most, and nothing that ends them sooner. */
    public static final GenerationOptions GREEDY =
            new GenerationOptions(64, 0, 0, 1, 0, Penalties.NONE, Map.of(), 0, 1, 0, List.of(), Set.of(), null);

    private static final int MOST_LOGPROBS = 100;
    private static final int MOST_SAMPLES = 128;

    /**
     * Checks the options.
     *
     * @param maxTokens see the record
     * @param temperature see the record
     * @param topK see the record
     * @param topP see the record
     * @param minP see the record
     * @param penalties see the record
     * @param logitBias see the record
     * @param seed see the record
     * @param samples see the record
     * @param logprobs see the record
     * @param stopStrings see the record
     * @param endTokens see the record
     * @param constraint see the record
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
        require(minP >= 0 && minP <= 1, "minP", minP, "from 0 (all tokens) to 1 (only the likeliest); 0.05 is usual");
        requireNonNull(penalties, "penalties");
        logitBias = Map.copyOf(requireNonNull(logitBias, "logitBias"));
        logitBias.forEach((id, bias) -> {
            require(id >= 0, "logitBias of the token " + id, bias, "for a token id of 0 or more");
            require(Math.abs(bias) <= 100, "logitBias of the token " + id, bias, "from -100 to 100");
        });
        require(samples >= 1 && samples <= MOST_SAMPLES, "samples", samples, "from 1 to " + MOST_SAMPLES);
        require(
                logprobs >= 0 && logprobs <= MOST_LOGPROBS,
                "logprobs",
                logprobs,
                "from 1 to " + MOST_LOGPROBS + ", or 0 for none");
        stopStrings = List.copyOf(requireNonNull(stopStrings, "stopStrings"));
        endTokens = Set.copyOf(requireNonNull(endTokens, "endTokens"));
        require(
                endTokens.stream().allMatch(id -> id >= 0),
                "endTokens",
                endTokens,
                "without negative ids, or empty for none");
        require(!stopStrings.contains(""), "stopStrings", stopStrings, "without the empty string");
        require(
                constraint == null || stopStrings.isEmpty(),
                "stopStrings",
                stopStrings,
                "empty beside a constraint, which they would cut short; let the constraint say where the text ends");
    }

    static void require(boolean valid, String option, Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(option + " is " + value + ": it must be " + range);
        }
    }

    /**
     * Derives options with another token limit.
     *
     * @param maxTokens 1 or more
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withMaxTokens(int maxTokens) {
        return changed(draft -> draft.maxTokens = maxTokens);
    }

    /**
     * Derives options with another temperature.
     *
     * @param temperature from 0 to 100
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withTemperature(double temperature) {
        return changed(draft -> draft.temperature = temperature);
    }

    /**
     * Derives options with another number of candidates.
     *
     * @param topK 1 or more, or 0 for all
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withTopK(int topK) {
        return changed(draft -> draft.topK = topK);
    }

    /**
     * Derives options with another probability of the candidates.
     *
     * @param topP more than 0 and at most 1
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withTopP(double topP) {
        return changed(draft -> draft.topP = topP);
    }

    /**
     * Derives options with another least probability of a candidate.
     *
     * @param minP from 0 to 1; 0 for all
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withMinP(double minP) {
        return changed(draft -> draft.minP = minP);
    }

    /**
     * Derives options with other penalties for repetition.
     *
     * @param penalties for instance {@code Penalties.NONE.withRepetition(1.2)}
     * @return the derived options
     */
    public GenerationOptions withPenalties(Penalties penalties) {
        return changed(draft -> draft.penalties = penalties);
    }

    /**
     * Derives options with another bias.
     *
     * @param logitBias what to add to the logits of which token ids; each from -100 to 100
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withLogitBias(Map<Integer, Double> logitBias) {
        return changed(draft -> draft.logitBias = logitBias);
    }

    /**
     * Derives options with another seed.
     *
     * @param seed any number
     * @return the derived options
     */
    public GenerationOptions withSeed(long seed) {
        return changed(draft -> draft.seed = seed);
    }

    /**
     * Derives options with another number of samples.
     *
     * @param samples from 1 to 128
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withSamples(int samples) {
        return changed(draft -> draft.samples = samples);
    }

    /**
     * Derives options with logarithms of probabilities, or without.
     *
     * @param logprobs how many of the likeliest tokens to report beside each chosen one, up to 100; 0 for no report
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public GenerationOptions withLogprobs(int logprobs) {
        return changed(draft -> draft.logprobs = logprobs);
    }

    /**
     * Derives options with other stop strings.
     *
     * @param stopStrings strings that end the generation; not part of the text
     * @return the derived options
     * @throws IllegalArgumentException if one is empty, or if there is a constraint
     */
    public GenerationOptions withStopStrings(List<String> stopStrings) {
        return changed(draft -> draft.stopStrings = stopStrings);
    }

    /**
     * Derives options with other end tokens.
     *
     * @param endTokens token ids that end the generation, each in the vocabulary of the model that generates
     * @return the derived options
     * @throws IllegalArgumentException if one is negative
     */
    public GenerationOptions withEndTokens(Set<Integer> endTokens) {
        return changed(draft -> draft.endTokens = endTokens);
    }

    /**
     * Derives options with another constraint.
     *
     * @param constraint what the text must be; null for no constraint
     * @return the derived options
     * @throws IllegalArgumentException if there are stop strings
     */
    public GenerationOptions withConstraint(@Nullable OutputConstraint constraint) {
        return changed(draft -> draft.constraint = constraint);
    }

    private GenerationOptions changed(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** The same options, one of which can be changed: so each derivation is one line. */
    private static final class Draft {
        private int maxTokens;
        private double temperature;
        private int topK;
        private double topP;
        private double minP;
        private Penalties penalties;
        private Map<Integer, Double> logitBias;
        private long seed;
        private int samples;
        private int logprobs;
        private List<String> stopStrings;
        private Set<Integer> endTokens;
        private @Nullable OutputConstraint constraint;

        Draft(GenerationOptions options) {
            maxTokens = options.maxTokens;
            temperature = options.temperature;
            topK = options.topK;
            topP = options.topP;
            minP = options.minP;
            penalties = options.penalties;
            logitBias = options.logitBias;
            seed = options.seed;
            samples = options.samples;
            logprobs = options.logprobs;
            stopStrings = options.stopStrings;
            endTokens = options.endTokens;
            constraint = options.constraint;
        }

        GenerationOptions options() {
            return new GenerationOptions(
                    maxTokens,
                    temperature,
                    topK,
                    topP,
                    minP,
                    penalties,
                    logitBias,
                    seed,
                    samples,
                    logprobs,
                    stopStrings,
                    endTokens,
                    constraint);
        }
    }
}
