package dev.tokenring.llm;

/** Why a generation ended. */
public enum FinishReason {
    /** The model chose an end token, or its text reached a stop string: it had said what it had to say. */
    STOP,

    /** The token limit of the request was reached. */
    LENGTH,

    /** The model's context was full. */
    CONTEXT_FULL,

    /** Nobody wanted the rest: the request was cancelled, its deadline passed, or the model was closed. */
    CANCELLED,

    /** The model did not answer, since a human has the conversation: see {@link ChatOptions#withHandOver}. */
    HANDED_OVER
}
