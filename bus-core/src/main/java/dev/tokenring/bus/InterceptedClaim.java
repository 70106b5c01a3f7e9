package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.ring.SlotClaim;

/** A claim whose headers the interceptors derive when it is committed. */
final class InterceptedClaim<T> implements Claim<T> {
    private final SlotClaim<T> claim;
    private final String topic;
    private final Interception interception;
    private Headers headers = Headers.NONE;

    InterceptedClaim(SlotClaim<T> claim, String topic, Interception interception) {
        this.claim = claim;
        this.topic = topic;
        this.interception = interception;
    }

    @Override
    public T message() {
        return claim.message();
    }

    @Override
    public void headers(Headers given) {
        claim.headers(given);
        headers = requireNonNull(given, "headers");
    }

    @Override
    public PublishOutcome commit() {
        claim.headers(interception.onPublish(topic, claim.message(), headers));
        return claim.commit();
    }

    @Override
    public void abort() {
        claim.abort();
    }

    @Override
    public void close() {
        claim.close();
    }

    @Override
    public String toString() {
        return claim.toString();
    }
}
