package dev.tokenring.bus;

/** The ways in which a request can end without a reply; the list is closed. */
public enum RequestFailure {
    /**
     * The deadline passed before the reply was complete. Remedy: give more time, or find out why the handler is slow. A
     * retry can help if the delay was a passing one, but the handler may have done its work already.
     */
    TIMEOUT(true),

    /** Nobody serves the service. Remedy: {@link Bus#serve(Service, RequestHandler) serve} it, and ask again. */
    NO_HANDLER(true),

    /**
     * As many requests are waiting or being answered as the service has capacity for. Of those that wait and the one that
     * comes, the one of the lowest priority was dropped, and of equal priority the one with the least time left: this one.
     * It was told at once, and never started. Or an {@link AsyncHandler} has {@linkplain AsyncReplies#turnAway turned it away}
     * from a queue of its own. Remedy: ask again later, or give the service more capacity or responders.
     */
    OVERLOADED(true),

    /**
     * The request was made while another one was being handled, and that one is over: cancelled, or past its deadline.
     * Remedy: none needed. A caller who cancels a request by hand does not get this as an exception: the future shows a
     * {@link java.util.concurrent.CancellationException}, and a stream, as Reactive Streams have it, nothing any more.
     */
    CANCELLED(false),

    /** The handler threw an exception, which is the cause. Remedy: see the cause; the same request will fail again. */
    HANDLER_FAILED(false),

    /** The bus is closing or closed. Remedy: none, stop asking. */
    CLOSED(false);

    private final boolean retryable;

    RequestFailure(boolean retryable) {
        this.retryable = retryable;
    }

    /**
     * Whether the same request may succeed when it is made again later.
     *
     * @return true if a retry can help
     */
    public boolean retryable() {
        return retryable;
    }
}
