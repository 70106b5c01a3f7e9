package dev.tokenring.bus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Stands around publishing, handling and replying: the place for tracing, metrics and access control. Each method does
 * nothing unless it is overridden. Of several interceptors the first is the outermost: it sees a message first on its way
 * in, and last on its way out.
 *
 * <pre>
 * publish:  first.onPublish → second.onPublish → ring
 * handle:   ring → first.aroundHandle → second.aroundHandle → handler
 * reply:    handler → second.onReply → first.onReply → caller
 * </pre>
 *
 * <p>Called on the threads that publish, handle and reply, several at once: implementations must be safe for that, and
 * quick.
 */
public interface Interceptor {
    /** The rest of the way of a message to its handler: the interceptors further in, then the handler itself. */
    @FunctionalInterface
    interface Proceed {
        /**
         * Goes on. To be called once at most, on the thread that was given it, before {@link #aroundHandle} returns.
         *
         * @throws Exception what the handler throws, or an interceptor further in
         */
        void proceed() throws Exception;
    }

    /**
     * Called before a message or a request is published. What it throws reaches the publisher, and the message is not
     * published: a claim that is being committed stays open, to be aborted.
     *
     * @param topic the name of the topic or service
     * @param message the message
     * @param headers the headers given by the publisher, or derived by an interceptor further out
     * @param cause the headers of the message or request that is being handled on this thread, or {@link Headers#NONE}: so
     *     that a trace goes on from one to the other
     * @return the headers that the message is to travel with
     */
    default Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
        return headers;
    }

    /**
     * Called in place of the handler, which is reached by {@link Proceed#proceed()}. A message whose way is not gone on
     * with counts as handled; what this throws counts as thrown by the handler. A message that is tried again passes here
     * each time. Of a batch, the list of its messages is the message, and the headers are those of the last. What is taken
     * by a {@link Poller} or a subscriber of Reactive Streams is handled elsewhere, and does not pass here.
     *
     * @param topic the name of the topic or service
     * @param subscription the name of the subscription
     * @param message the message
     * @param headers the message's headers
     * @param proceed the rest of the way to the handler
     * @throws Exception what the handler throws, if it is to be retried or dead-lettered, or to refuse the message
     */
    default void aroundHandle(String topic, String subscription, Object message, Headers headers, Proceed proceed)
            throws Exception {
        proceed.proceed();
    }

    /**
     * Called when a request has ended, whichever way. Must not throw; what it throws changes nothing for the caller.
     *
     * @param service the name of the service
     * @param headers the headers of the request
     * @param failure why there is no reply, or null if there is one
     * @param took the time since the request was made
     */
    default void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {}
}
