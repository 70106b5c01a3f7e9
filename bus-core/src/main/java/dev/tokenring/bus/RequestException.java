package dev.tokenring.bus;

import org.jspecify.annotations.Nullable;

/** A request that ended without a reply: which service, why, and whether a retry can help. */
public final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String service;
    private final RequestFailure failure;

    /**
     * Describes how a request failed.
     *
     * @param service the name of the service
     * @param failure how it ended
     * @param detail what happened, in a sentence
     * @param cause what the handler threw, or null
     */
    public RequestException(String service, RequestFailure failure, String detail, @Nullable Throwable cause) {
        super("request to " + service + ": " + failure + ": " + detail, cause);
        this.service = service;
        this.failure = failure;
    }

    /**
     * The service that was asked.
     *
     * @return its name
     */
    public String service() {
        return service;
    }

    /**
     * How the request ended.
     *
     * @return one of the closed list of failures
     */
    public RequestFailure failure() {
        return failure;
    }
}
