package dev.tokenring.bus;

import java.time.Duration;

/**
 * What a service's handler knows about the request it answers. Safe for use by any thread, also after the handler
 * returned.
 */
public interface RequestContext {
    /**
     * What travelled beside the request.
     *
     * @return the headers; {@link Headers#NONE} if the caller gave none
     */
    Headers headers();

    /**
     * How long the caller still wants the answer.
     *
     * @return the time until the deadline; zero or negative once it has passed
     */
    Duration remaining();

    /**
     * Whether the request is over: answered, cancelled by the caller, past its deadline, or ended by the closing of the
     * bus. Work that goes on after this is wasted.
     *
     * @return true once nothing that the handler sends can reach the caller any more
     */
    boolean isOver();

    /**
     * Registers what shall happen when the request ends without the handler's doing: the caller cancels, the deadline
     * passes, or the bus closes. Runs at most once, at once if that has happened already, on the thread that ended the
     * request; it should be short.
     *
     * @param action what to do
     */
    void onCancel(Runnable action);
}
