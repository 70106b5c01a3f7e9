package dev.tokenring.bus;

/**
 * What a {@link Handler} knows about the message it was given.
 *
 * <p>The object is reused for the next message: take from it what you need during the call, and don't keep it. For the
 * handler's thread only.
 */
public interface MessageContext {
    /**
     * What travelled beside the message.
     *
     * @return the headers; {@link Headers#NONE} if the publisher gave none
     */
    Headers headers();

    /**
     * The message's place in its topic: each message published to a topic has a larger one than the message before.
     *
     * @return the sequence, from 0
     */
    long sequence();

    /**
     * Whether this message is the last of a batch: the moment to flush what was collected. A batch ends when no further
     * message was waiting, at the latest after a quarter of the topic's capacity, and sooner where handling takes long.
     * The last one may be a message that the subscription's filter keeps back: whoever flushes at the end filters in the
     * handler.
     *
     * @return true for the last message of a batch
     */
    boolean batchEnd();

    /**
     * The topic that the message was published to.
     *
     * @return the topic's name
     */
    String topic();

    /**
     * Which try this is to handle the message.
     *
     * @return 1 unless the handler failed on it before
     */
    int attempt();

    /**
     * How many messages a lossy subscription missed since the last that its handler got, because it was too slow for them.
     *
     * @return 0 for a lossless subscription
     */
    long missed();
}
