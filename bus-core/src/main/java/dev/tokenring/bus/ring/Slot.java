package dev.tokenring.bus.ring;

import dev.tokenring.bus.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One place of a ring. Written by the publisher that claimed it, read by the ring's readers once it is published, emptied
 * when the last of them has passed.
 */
public final class Slot<T> {
    @Nullable T message;

    /** Null for {@link Headers#NONE}: to store a reference in a long-lived slot has its price, and most have none. */
    private @Nullable Headers headers;

    /** The message, or null if the slot is the ring's end mark. */
    public @Nullable T message() {
        return message;
    }

    public Headers headers() {
        Headers present = headers;
        return present == null ? Headers.NONE : present;
    }

    @SuppressWarnings("ReferenceEquality") // any other headers without content may well be stored
    void fill(T message, Headers headers) {
        this.message = message;
        if (headers != Headers.NONE) {
            this.headers = headers;
        }
    }

    void empty() {
        message = null;
        if (headers != null) {
            headers = null;
        }
    }
}
