package dev.tokenring.bus.request;

/** User code that answers requests, of whatever kind. */
@FunctionalInterface
public interface Answerer<Q, R> {
    /** What {@link #answer} gives when the handler has sent all that it had to send. */
    Object SENT = new Object();

    /** What {@link #answer} gives when the request is to be completed later. */
    Object LATER = new Object();

    /**
     * Answers a request.
     *
     * @return the whole reply, or {@link #SENT}, or {@link #LATER}
     * @throws Exception what user code threw
     */
    Object answer(Q request, Exchange<Q, R> exchange) throws Exception;
}
