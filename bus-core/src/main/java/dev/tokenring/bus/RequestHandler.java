package dev.tokenring.bus;

/**
 * User code that answers each request of a service with one reply.
 *
 * <p>A service calls its handler from one thread, one request after the other, unless it was {@linkplain ServingBuilder#on
 * served on others}: then it must be safe for use by several. Requests that were cancelled or whose
 * deadline passed before their turn are never handed to it. A handler that asks its own service and waits for the reply
 * waits for itself, until the timeout: ask without waiting, or ask another service.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the replies
 */
@FunctionalInterface
public interface RequestHandler<Q, R> {
    /**
     * Answers one request.
     *
     * @param request the request
     * @param context what is known about it, and whether its answer is still wanted
     * @return the reply; not null
     * @throws Exception if there is no answer; the caller then gets {@link RequestFailure#HANDLER_FAILED} with this
     *     exception as its cause
     */
    R handle(Q request, RequestContext context) throws Exception;
}
