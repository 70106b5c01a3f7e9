package dev.tokenring.bus;

/**
 * The handler's end of a streamed reply. The reply is complete when the handler returns, and has failed when it throws.
 *
 * <p>Safe for use by any thread, one at a time, until the handler returns.
 *
 * @param <R> the type of the parts of the reply
 */
public interface Replies<R> extends RequestContext {
    /** How many parts a stream holds for a reader that has not asked for them yet: 256. */
    int BUFFER_SIZE = 256;

    /**
     * Sends the next part. If the reader of the stream has not asked for more and {@value #BUFFER_SIZE} parts are
     * waiting for it already, this call waits until there is room or the request is over.
     *
     * @param part the next part of the reply
     * @return true if more is wanted; false if the request {@linkplain #isOver() is over}, in which case this part may
     *     not have been taken, and the handler should stop
     * @throws InterruptedException if the thread was interrupted while waiting for room
     * @throws IllegalStateException if the caller wants one reply, a part was sent already, and the service does not say
     *     how to merge parts ({@link Service#withMerge})
     */
    boolean send(R part) throws InterruptedException;
}
