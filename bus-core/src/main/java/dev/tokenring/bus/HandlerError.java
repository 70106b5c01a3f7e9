package dev.tokenring.bus;

/**
 * Something that user code threw.
 *
 * @param topic the topic or service whose message was being handled
 * @param subscription the name of the subscription whose handler threw
 * @param sequence the message's place in the topic
 * @param headers the message's headers
 * @param cause what was thrown
 */
public record HandlerError(String topic, String subscription, long sequence, Headers headers, Throwable cause) {}
