package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.ring.InPlaceSlot;

/** A claim whose headers the interceptors derive when it is committed. */
final class InterceptedClaim<T> implements Claim<T> {
    private final InPlaceSlot<T> slot;
    private final String topic;
    private final Interception interception;
    private Headers headers = Headers.NONE;

    InterceptedClaim(InPlaceSlot<T> slot, String topic, Interception interception) {
        this.slot = slot;
        this.topic = topic;
        this.interception = interception;
    }

    @Override
    public T message() {
        return slot.message();
    }

    @Override
    public void headers(Headers given) {
        slot.headers(given);
        headers = requireNonNull(given, "headers");
    }

    @Override
    public PublishOutcome commit() {
        slot.headers(interception.onPublish(topic, slot.message(), headers));
        return slot.commit();
    }

    @Override
    public void abort() {
        slot.abort();
    }

    @Override
    public void close() {
        slot.close();
    }

    @Override
    public String toString() {
        return slot.toString();
    }
}
