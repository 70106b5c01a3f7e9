package dev.tokenring.llm;

/** Whether a model answers. */
public enum Health {
    /** It takes requests in and answers them. */
    READY,

    /** It takes no more requests in, and finishes those that it has. */
    DRAINING,

    /** The thread that computes has ended because of an error, or none of its last steps worked. Remedy: load it again. */
    FAILED,

    /** It is closed. */
    CLOSED
}
