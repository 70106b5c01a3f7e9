package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Recipient;
import dev.tokenring.bus.dispatch.Retries;

/** Makes what is at the end of a message's way: the user's handler, with the interceptors around it and the retries behind. */
final class Recipients {
    private final Lifecycle lifecycle;
    private final Undeliverable undeliverable;

    Recipients(Lifecycle lifecycle, Undeliverable undeliverable) {
        this.lifecycle = lifecycle;
        this.undeliverable = undeliverable;
    }

    /** For messages one by one, with retries of its own. */
    <T> Recipient<T> of(Channel<T> channel, SubscriptionSpec<T> spec, String name, Handler<? super T> handler) {
        return of(channel, spec, name, handler, retries(channel, spec, name));
    }

    /** For messages one by one, with retries that others may share. */
    <T> Recipient<T> of(
            Channel<T> channel, SubscriptionSpec<T> spec, String name, Handler<? super T> handler, Retries<T> retries) {
        String topic = channel.topic().name();
        Interception interception = lifecycle.interception();
        Handler<? super T> intercepted = interception == null ? handler : interception.<T>around(topic, name, handler);
        return Recipient.of(topic, name, intercepted, spec.filter(), retries);
    }

    /** For messages in batches. */
    <T> Recipient<T> ofBatches(Channel<T> channel, SubscriptionSpec<T> spec, String name, BatchHandler<T> handler) {
        String topic = channel.topic().name();
        Interception interception = lifecycle.interception();
        BatchHandler<T> intercepted = interception == null ? handler : interception.aroundBatches(topic, name, handler);
        return Recipient.ofBatches(topic, name, intercepted, spec.filter(), retries(channel, spec, name));
    }

    /** What becomes of messages that a handler, or all members of a group, fail on. */
    <T> Retries<T> retries(Channel<T> channel, SubscriptionSpec<T> spec, String name) {
        return new Retries<>(
                name,
                spec.retry(),
                channel.topic().capacity(),
                lifecycle.timers(),
                lifecycle.guard(),
                undeliverable::giveUp);
    }
}
