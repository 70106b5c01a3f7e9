package dev.tokenring.llm;

/** What becomes of the keys and values of a sequence that is parked because its reader is slow. */
public enum ParkPolicy {
    /**
     * They stay until somebody else needs the memory, so that going on costs nothing. What readers that have stopped
     * reading hold is taken first when memory is short.
     */
    KEEP,

    /** They are dropped at once; going on costs computing the prompt and the answer so far once more. */
    DROP
}
