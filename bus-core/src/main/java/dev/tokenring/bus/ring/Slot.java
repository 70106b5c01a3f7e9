package dev.tokenring.bus.ring;

import dev.tokenring.bus.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One place of a ring. Written by the publisher that claimed it, read by the ring's readers once it is published, emptied
 * when the last of them has passed.
 */
public final class Slot<T> {
    @Nullable T message;

    Headers headers = Headers.NONE;

    /** The message, or null if the slot is the ring's end mark. */
    public @Nullable T message() {
        return message;
    }

    public Headers headers() {
        return headers;
    }

    void fill(T message, Headers headers) {
        this.message = message;
        this.headers = headers;
    }

    void empty() {
        message = null;
        headers = Headers.NONE;
    }
}
