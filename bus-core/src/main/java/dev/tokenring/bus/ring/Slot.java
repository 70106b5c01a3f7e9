package dev.tokenring.bus.ring;

import dev.tokenring.bus.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One place of a ring. Written by the publisher that claimed it, read by the ring's readers once it is published, emptied
 * when the last of them has passed.
 */
public sealed class Slot<T> permits InPlaceSlot {
    @Nullable T message;

    /**
     * {@link Headers}, or {@link Unacknowledged} with headers in it. Null for {@link Headers#NONE}: to store a reference in
     * a long-lived slot has its price, and most have none.
     */
    private @Nullable Object beside;

    private boolean isVoid;

    /** The message that was published; null in an emptied slot, and perhaps in a void one. */
    public final @Nullable T published() {
        return message;
    }

    public final Headers headers() {
        Object present = beside;
        if (present == null) {
            return Headers.NONE;
        }
        return present instanceof Headers headers ? headers : ((Unacknowledged) present).headers();
    }

    /** The publisher that waits until a stage has passed the message, if one does. */
    public final @Nullable Unacknowledged unacknowledged() {
        return beside instanceof Unacknowledged pending ? pending : null;
    }

    /** Whether there is nothing here for any handler: an aborted claim, the end mark, a message that a stage refused. */
    public final boolean isVoid() {
        return isVoid;
    }

    final void fill(T message, Headers headers) {
        this.message = message;
        prepare(headers);
    }

    final void fill(T message, Unacknowledged pending) {
        fill(message, Headers.NONE);
        beside = pending;
    }

    @SuppressWarnings("ReferenceEquality") // any other headers without content may well be stored
    final void prepare(Headers headers) {
        if (headers != Headers.NONE) {
            beside = headers;
        }
        if (isVoid) {
            isVoid = false;
        }
    }

    /** To be called between claim and publish, or by a stage before it passes the slot. */
    public final void makeVoid() {
        isVoid = true;
    }

    /** Lets go of what the slot holds. */
    void empty() {
        message = null;
        dropHeaders();
    }

    final void dropHeaders() {
        if (beside != null) {
            beside = null;
        }
    }
}
