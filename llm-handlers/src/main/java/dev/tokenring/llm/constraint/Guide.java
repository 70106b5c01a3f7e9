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
     * Begins a way.
     *
     * @param tokens how many tokens there may be
     * @throws IllegalArgumentException if the constraint can't be met with so many tokens
     */
    public Guide(TokenConstraint constraint, int tokens) {
        this.constraint = constraint;
        this.state = constraint.start();
        this.tokensLeft = tokens;
        if (state.distance() >= Distances.FAR) {
            throw new IllegalArgumentException(
                    "the constraint can't be met: the model's vocabulary has no tokens for any text that it allows;"
                            + " allow other characters, or fewer levels of nesting");
        }
        if (state.distance() > tokens) {
            throw new IllegalArgumentException("the constraint can't be met with " + tokens
                    + " tokens, which is what maxTokens and the context leave: raise maxTokens to "
                    + state.distance() + " or more, or shorten the prompt");
        }
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
