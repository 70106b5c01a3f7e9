package dev.tokenring.llm;

/** A prompt that leaves no room for an answer in the model's context. */
public final class PromptTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int tokens;
    private final int limit;

    /**
     * Says how long the prompt is and how long it may be.
     *
     * @param tokens the tokens of the prompt
     * @param limit the most tokens that a prompt may have here
     */
    public PromptTooLongException(int tokens, int limit) {
        super("the prompt is " + tokens + " tokens long, and the model's context has room for " + limit
                + ": shorten it, or take a model with a longer context");
        this.tokens = tokens;
        this.limit = limit;
    }

    PromptTooLongException(String message, int tokens, int limit) {
        super(message);
        this.tokens = tokens;
        this.limit = limit;
    }

    /**
     * The length of the prompt.
     *
     * @return its tokens
     */
    public int tokens() {
        return tokens;
    }

    /**
     * The most that would have been taken.
     *
     * @return a number of tokens
     */
    public int limit() {
        return limit;
    }
}
