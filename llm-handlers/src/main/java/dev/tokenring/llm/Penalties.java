package dev.tokenring.llm;

/**
 * What makes a model repeat itself less. Immutable.
 *
 * @param repetition from CTRL (Keskar et al., 2019): the logit of a token that stands in the prompt or was generated is
 *     divided by this where it is positive, and multiplied by it where it is negative, however often the token occurs;
 *     1 changes nothing, 1.1 to 1.3 is usual, below 1 invites repetition
 * @param presence as OpenAI defines it: taken once from the logit of each token that was generated; the prompt does not
 *     count; 0 changes nothing, below 0 invites repetition
 * @param frequency as OpenAI defines it: taken from the logit of a token as many times as it was generated; the prompt
 *     does not count; 0 changes nothing, below 0 invites repetition
 */
public record Penalties(double repetition, double presence, double frequency) {
    /** None: the model repeats itself as it likes. */
    public static final Penalties NONE = new Penalties(1, 0, 0);

    /**
     * Checks the penalties.
     *
     * @param repetition see the record
     * @param presence see the record
     * @param frequency see the record
     * @throws IllegalArgumentException if one is out of its range; the message gives the value and the range
     */
    public Penalties {
        GenerationOptions.require(
                repetition >= 0.01 && repetition <= 100,
                "repetition",
                repetition,
                "from 0.01 to 100; 1 changes nothing, 1.2 is usual");
        GenerationOptions.require(
                Math.abs(presence) <= 100, "presence", presence, "from -100 to 100; 0 changes nothing, 0.5 is usual");
        GenerationOptions.require(
                Math.abs(frequency) <= 100,
                "frequency",
                frequency,
                "from -100 to 100; 0 changes nothing, 0.5 is usual");
    }

    /**
     * Derives penalties with another one for what was said at all, prompt included.
     *
     * @param repetition from 0.01 to 100; 1 for none
     * @return the derived penalties
     */
    public Penalties withRepetition(double repetition) {
        return new Penalties(repetition, presence, frequency);
    }

    /**
     * Derives penalties with another one for what was generated at all.
     *
     * @param presence from -100 to 100; 0 for none
     * @return the derived penalties
     */
    public Penalties withPresence(double presence) {
        return new Penalties(repetition, presence, frequency);
    }

    /**
     * Derives penalties with another one for each time that a token was generated.
     *
     * @param frequency from -100 to 100; 0 for none
     * @return the derived penalties
     */
    public Penalties withFrequency(double frequency) {
        return new Penalties(repetition, presence, frequency);
    }
}
