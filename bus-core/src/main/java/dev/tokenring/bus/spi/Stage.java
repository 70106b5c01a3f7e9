package dev.tokenring.bus.spi;

import dev.tokenring.bus.MessageContext;

/**
 * Stands between a topic's publishers and its subscriptions: it gets every message first, and subscriptions get what it has
 * passed. The place for a journal. Attached with {@link dev.tokenring.bus.Bus#attach}.
 *
 * <pre>
 *   publishers → ring → onMessage, onMessage, …, flush → subscriptions
 *                                                      └→ acknowledgements
 * </pre>
 *
 * <p>Called on a thread of its own, by that one alone.
 *
 * @param <T> the type of the messages
 */
@FunctionalInterface
public interface Stage<T> {
    /**
     * Takes a message, in publish order.
     *
     * @param message the message
     * @param context what is known about it; valid during this call only. Its {@link MessageContext#batchEnd()} is true for
     *     the last message before {@link #flush()}
     * @throws Exception to veto the message: no subscription gets it, it becomes a dead letter, and if its publisher waits
     *     for an acknowledgement, that fails with what was thrown
     */
    void onMessage(T message, MessageContext context) throws Exception;

    /**
     * Completes a batch: the messages since the last call. When this has returned, they are acknowledged, and subscriptions
     * get them; until then they wait.
     *
     * @throws Exception to veto the whole batch
     */
    default void flush() throws Exception {}
}
