package dev.tokenring.llm.constraint;

import dev.tokenring.llm.constraint.TokenConstraint.State;
import org.jspecify.annotations.Nullable;

/** The way of one sequence through a constraint. For one thread. */
public final class Guide {
    private final TokenConstraint constraint;
    private State state;
    private int tokensLeft;
    private @Nullable TokenSet allowed;

    /**
     * Begins a way that nothing limits but the number of tokens.
     *
     * @throws IllegalArgumentException if the constraint can't be met with so many tokens
     */
    public Guide(TokenConstraint constraint, int maxTokens) {
        this(constraint, maxTokens, 0, Integer.MAX_VALUE);
    }

    /**
     * Begins a way.
     *
     * @param maxTokens how many tokens there may be
     * @param promptTokens how many tokens stand before them
     * @param contextTokens how many tokens there may be together
     * @throws IllegalArgumentException if the constraint can't be met with so many tokens
     */
    public Guide(TokenConstraint constraint, int maxTokens, int promptTokens, int contextTokens) {
        this.constraint = constraint;
        this.state = constraint.start();
        int room = contextTokens - promptTokens;
        this.tokensLeft = Math.min(maxTokens, room);
        if (state.distance() >= Distances.FAR) {
            throw new IllegalArgumentException(
                    "the constraint can't be met: the model's vocabulary has no tokens for any text that it allows;"
                            + " allow other characters, or fewer levels of nesting");
        }
        int needed = state.distance();
        if (needed > room) {
            throw new IllegalArgumentException("the constraint can't be met: it needs " + needed
                    + " tokens at least, and the context of " + contextTokens + " leaves " + room
                    + " after a prompt of "
                    + promptTokens + "; let it repeat less, "
                    + (needed < contextTokens ? "shorten the prompt" + raised(needed, maxTokens) + ", " : "")
                    + "or take a model with a longer context");
        }
        if (needed > maxTokens) {
            throw new IllegalArgumentException("the constraint can't be met with " + maxTokens
                    + " tokens, which is what maxTokens leaves: raise maxTokens to " + needed + " or more");
        }
    }

    private static String raised(int needed, int maxTokens) {
        return needed > maxTokens ? " and raise maxTokens to " + needed + " or more" : "";
    }

    /** The tokens that may come next; not to be asked for when the text {@link #isComplete}. */
    public TokenSet allowed() {
        if (allowed == null) {
            allowed = constraint.allowed(state, tokensLeft);
        }
        return allowed;
    }

    /** Whether the text is complete, and no token may come next, or none but one that ends it. */
    public boolean isComplete() {
        return state.isAccepting() && constraint.isOnlyToEnd(allowed());
    }

    /** Takes the next token. */
    public void accept(int id) {
        tokensLeft--;
        allowed = null;
        if (!constraint.isEnd(id)) {
            state = constraint.advance(state, id);
        }
    }
}
