package dev.tokenring.bus;

import java.time.Duration;
import java.util.function.Supplier;

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
     * request, or on one that the bus has for this; it should be short.
     *
     * @param action what to do
     */
    void onCancel(Runnable action);

    /**
     * Does something as part of handling this request, on a thread that the bus knows nothing of: an asynchronous handler's
     * own, an executor's, one that brings a reply. What is asked for meanwhile has no more time than this request has left,
     * and is cancelled with it, unless this request has been answered; interceptors get its headers as the cause. On the
     * thread that called the handler, that is so anyway.
     *
     * @param work what to do, now, on this thread; what it throws is thrown
     */
    void run(Runnable work);

    /**
     * Like {@link #run}, for something that gives a value, such as the reply to the next request of several.
     *
     * @param <V> the type of the value
     * @param work what to do, now, on this thread; what it throws is thrown
     * @return what the work gave
     */
    <V> V call(Supplier<V> work);
}
