package dev.tokenring.bus;

/**
 * User code that answers the requests of a service when it is ready to, on whatever thread: the call takes the request in,
 * and the reply is complete when {@link AsyncReplies#complete()} or {@link AsyncReplies#fail} is called. So one handler
 * can be at many requests together, up to the service's capacity.
 *
 * <p>A service calls its handler from one thread, one request after the other, unless it was {@linkplain ServingBuilder#on
 * served on others}: then it must be safe for use by several. Requests that were cancelled or whose
 * deadline passed before their turn are never handed to it.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the parts of a reply
 */
@FunctionalInterface
public interface AsyncHandler<Q, R> {
    /**
     * Takes a request in.
     *
     * @param request the request
     * @param replies takes the parts of the reply and its end, now or later, from any thread
     * @throws Exception if the answer can't be given; the caller then gets {@link RequestFailure#HANDLER_FAILED} with this
     *     exception as its cause, unless the reply was complete before
     */
    void handle(Q request, AsyncReplies<R> replies) throws Exception;
}
