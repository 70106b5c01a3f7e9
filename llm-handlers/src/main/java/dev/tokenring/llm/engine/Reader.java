package dev.tokenring.llm.engine;

import dev.tokenring.llm.Generation;

/** Who reads what is generated. */
public interface Reader {
    /** Whether nobody reads any more. Asked before each step, by the thread that computes: it must not wait. */
    boolean isGone();

    /** Whether {@link #read} would take a piece without waiting. */
    boolean hasRoom();

    /** Runs an action as soon as there is room: at once, or later on some other thread. */
    void onRoom(Runnable action);

    /** Takes the next piece; the last one has a finish reason. */
    void read(Generation piece);

    /** Told that there will be no further piece, and why. */
    void failed(Throwable cause);
}
