package dev.tokenring.bus;

import java.util.concurrent.Flow;

/** Tells a subscriber that it can't have its stream, in the way that Reactive Streams want it told (rule 1.9). */
final class Refused implements Flow.Subscription {
    private Refused() {}

    static void subscriber(Flow.Subscriber<?> subscriber, Throwable why) {
        subscriber.onSubscribe(new Refused());
        subscriber.onError(why);
    }

    @Override
    public void request(long messages) {
        // There are none.
    }

    @Override
    public void cancel() {
        // Nothing to end.
    }
}
