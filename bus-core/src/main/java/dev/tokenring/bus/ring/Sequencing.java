package dev.tokenring.bus.ring;

/** Gives out a ring's sequences, and knows which of them are published. Any thread may ask. */
abstract sealed class Sequencing permits SinglePublisher, ManyPublishers, ManyPublishersByReference {
    /**
     * Claims sequences next to each other.
     *
     * @return the last of them, or -1 if the ring is too full
     */
    abstract long tryClaim(int count);

    /** Publishes what was claimed and {@linkplain Slots#fill filled}, and wakes who sleeps. */
    abstract void publish(long first, long last);

    /** The last sequence that was claimed; of a single publisher, that was published. */
    abstract long cursor();

    /**
     * The last sequence that is published with all those before it.
     *
     * @param first those before it are
     * @param upTo where to stop looking
     * @return {@code first - 1} if that one is not
     */
    abstract long publishedUpTo(long first, long upTo);

    /** Whether a sequence is published, if its slot is not released yet. */
    abstract boolean isPublished(long sequence);
}
