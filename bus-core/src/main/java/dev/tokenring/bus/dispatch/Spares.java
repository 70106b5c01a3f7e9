package dev.tokenring.bus.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * What a member of an {@link Intake} has ready for the message that it will take next. Whoever fills it takes it out
 * first: from then on it may be with another member, who uses it for its own next message as soon as it is free. For the
 * member's loop only.
 */
final class Spares<T> {
    private final String topic;
    private @Nullable Delivery<T> spare;

    Spares(String topic) {
        this.topic = topic;
    }

    /** One that keeps nothing: the same until it is {@linkplain #takeOut taken out}. */
    Delivery<T> ready() {
        Delivery<T> present = spare;
        if (present == null) {
            present = new Delivery<>(topic);
            spare = present;
        }
        return present;
    }

    /** Gives the one that was {@link #ready} away. */
    void takeOut() {
        spare = null;
    }

    /** Puts in one that nobody else has. */
    void putIn(Delivery<T> free) {
        spare = free;
    }
}
