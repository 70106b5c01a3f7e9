package dev.tokenring.bus;

/**
 * Something that user code threw.
 *
 * @param topic the topic or service whose message was being handled
 * @param subscription the name of the subscription whose handler threw
 * @param sequence the message's place in the topic; -1 if no message was being handled
 * @param headers the message's headers
 * @param attempt which call of the handler with this message it was, from 1; 0 if no message was being handled
 * @param willRetry whether the message will be tried again; false if it is given up
 * @param cause what was thrown
 */
public record HandlerError(
        String topic,
        String subscription,
        long sequence,
        Headers headers,
        int attempt,
        boolean willRetry,
        Throwable cause) {}
