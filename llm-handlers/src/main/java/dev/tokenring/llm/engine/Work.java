package dev.tokenring.llm.engine;

import dev.tokenring.llm.FinishReason;
import org.jspecify.annotations.Nullable;

/**
 * What a sequence of tokens is computed for. Called by the thread that computes, so nothing here waits, and nothing
 * throws, but for {@link #take}. Exactly one of {@link #end} and {@link #fail} is called, as the last.
 */
interface Work {
    /** What it wants of a step that computes the last of its tokens; always the same. */
    Chunk.Wanted wanted();

    /** Whether it is an answer to a request, and not only a look at what the model thinks. */
    boolean isAnswer();

    /** Asked before each step: null if it goes on, or why it doesn't. */
    @Nullable FinishReason over();

    /** Asked before each step: whether what comes of it can be taken. */
    boolean hasRoom();

    /** The sequence has a place in the batch for the first time; so many of its tokens had not to be computed. */
    void begin(int cachedTokens);

    /**
     * Takes what it wanted of a step, and adds the token that it chooses, if any.
     *
     * @param position the place in the sequence of the first token after which something was wanted
     * @return why this was the last step, or null
     */
    @Nullable FinishReason take(Chunk computed, int position, Tokens tokens);

    /** There is no further step. */
    void end(FinishReason reason);

    /** There is no further step, for this. */
    void fail(Throwable cause);
}
