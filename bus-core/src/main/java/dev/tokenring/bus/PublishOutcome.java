package dev.tokenring.bus;

/** What became of a message that was published without waiting. */
public enum PublishOutcome {
    /** The message is in the ring; every subscription of the topic will get it. */
    PUBLISHED,

    /**
     * The topic has no subscription, so nobody got the message. Remedy: subscribe before publishing; if nobody needs to
     * listen, ignore it.
     */
    NO_SUBSCRIPTION,

    /**
     * The ring is full: the slowest subscription lags by the capacity, or by three quarters of it and more while it is
     * busy with a batch, whose slots it gives back together. The message was not taken.
     * Remedy: try again later, use {@link Publisher#publish(Object)}, which waits, give the topic more capacity, or make
     * the slowest subscription faster.
     */
    BACK_PRESSURED,

    /**
     * The bus is closing or closed, or the topic was removed; the message was not taken. Remedy: none, stop publishing; or
     * ask the bus for the topic's publisher again.
     */
    CLOSED
}
