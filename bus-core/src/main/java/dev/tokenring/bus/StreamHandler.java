package dev.tokenring.bus;

/**
 * User code that answers each request of a service with a stream of parts.
 *
 * <p>A service calls its handler from one thread, one request after the other, unless it was {@linkplain ServingBuilder#on
 * served on others}: then it must be safe for use by several. Requests that were cancelled or whose
 * deadline passed before their turn are never handed to it.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the parts of a reply
 */
@FunctionalInterface
public interface StreamHandler<Q, R> {
    /**
     * Answers one request; the reply is complete when this method returns.
     *
     * @param request the request
     * @param replies takes the parts of the reply, and tells whether they are still wanted
     * @throws Exception if the answer can't be given or completed; the caller then gets {@link
     *     RequestFailure#HANDLER_FAILED} with this exception as its cause, after the parts sent so far
     */
    void handle(Q request, Replies<R> replies) throws Exception;
}
