package dev.tokenring.bus;

/**
 * User code that receives the messages of a topic.
 *
 * <p>One subscription calls its handler from one thread, one message after the other, in publish order. Whatever the
 * handler throws is reported to the bus's {@link ErrorSink}, and the subscription goes on with the next message.
 *
 * @param <T> the type of the messages
 */
@FunctionalInterface
public interface Handler<T> {
    /**
     * Handles one message.
     *
     * @param message the message
     * @param context what is known about it; valid during this call only
     * @throws Exception if the message can't be handled
     */
    void handle(T message, MessageContext context) throws Exception;
}
