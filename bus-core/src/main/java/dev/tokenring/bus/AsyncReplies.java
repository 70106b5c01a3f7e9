package dev.tokenring.bus;

/**
 * An {@link AsyncHandler}'s end of a reply, which is complete when the handler says so.
 *
 * <p>Safe for use by any thread, one at a time, until the reply is complete.
 *
 * @param <R> the type of the parts of the reply
 */
public interface AsyncReplies<R> extends Replies<R> {
    /** Completes the reply. Does nothing if the request {@linkplain #isOver() is over}. */
    void complete();

    /**
     * Ends the request with {@link RequestFailure#HANDLER_FAILED}, after the parts sent so far. Does nothing if the request
     * {@linkplain #isOver() is over}.
     *
     * @param cause what the caller gets as the failure's cause
     */
    void fail(Throwable cause);

    /**
     * Ends the request with {@link RequestFailure#OVERLOADED}, for a handler that keeps a queue of its own and has more to
     * do than it can. Does nothing if the request {@linkplain #isOver() is over}.
     *
     * @param detail what there is too much of, in a sentence
     */
    void turnAway(String detail);

    /**
     * Whether {@link #send} would take a part without waiting, which a thread that serves many requests must not do.
     *
     * @return false while {@value Replies#BUFFER_SIZE} parts wait for a slow reader
     */
    boolean hasRoom();

    /**
     * Registers what shall happen as soon as there {@linkplain #hasRoom() is room} again, so that nobody needs to look:
     * demand reaches whoever makes the parts. Runs once, at once if there is room, else on the thread on which the reader
     * asks for more; it should be short. One action is kept, the latest. What happens when the request ends meanwhile is
     * told to {@link #onCancel}.
     *
     * @param action what to do
     */
    void onRoom(Runnable action);
}
