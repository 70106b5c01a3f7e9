package dev.tokenring.bus;

import java.util.List;

/**
 * User code that receives the messages of a topic in batches: whatever is waiting, and never nothing.
 *
 * <p>Called from one thread, one batch after the other, in publish order. What it throws counts for each message of the
 * batch; those that are retried come back one by one.
 *
 * @param <T> the type of the messages
 */
@FunctionalInterface
public interface BatchHandler<T> {
    /**
     * Handles a batch.
     *
     * @param messages at least one message, at most a quarter of the topic's capacity; the list is the handler's to keep
     * @param last what is known about the last of them; valid during this call only
     * @throws Exception if the messages can't be handled
     */
    void handle(List<T> messages, MessageContext last) throws Exception;
}
