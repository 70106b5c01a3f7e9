package dev.tokenring.bus.failure;

import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.ErrorSink;
import dev.tokenring.bus.HandlerError;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.MessageContext;

/** Stands between the bus and what user code throws: everything is reported, nothing gets through. */
public final class Guard {
    private final ErrorSink sink;

    public Guard(ErrorSink sink) {
        this.sink = sink;
    }

    /** Reports what a handler threw; never throws itself. */
    public void caught(String subscription, MessageContext message, Throwable cause, boolean willRetry) {
        report(new HandlerError(
                message.topic(),
                subscription,
                message.sequence(),
                message.headers(),
                message.attempt(),
                willRetry,
                cause));
    }

    /** Reports what other user code threw, where no message was being handled. */
    public void caught(String topic, String subscription, Throwable cause) {
        report(new HandlerError(topic, subscription, -1, Headers.NONE, 0, false, cause));
    }

    /** Reports that those who read dead letters did not get one, since their topic had no room. */
    public void refused(DeadLetter<?> letter) {
        report(new HandlerError(
                letter.topic(),
                letter.subscription(),
                letter.sequence(),
                letter.headers(),
                letter.attempts(),
                false,
                new IllegalStateException(
                        "the topic of dead letters is full, and its subscribers did not get this one: make them faster, or"
                                + " publish DeadLetter.topicOf with a larger capacity first",
                        letter.lastError())));
    }

    /** Reports that a dead letter is no longer kept, because newer ones needed its place. */
    public void pushedOut(DeadLetter<?> letter) {
        report(new HandlerError(
                letter.topic(),
                letter.subscription(),
                letter.sequence(),
                letter.headers(),
                letter.attempts(),
                false,
                new IllegalStateException(
                        "a dead letter was dropped to make room for newer ones: redrive them sooner, subscribe to"
                                + " DeadLetter.topicOf, or give BusOptions.withDeadLetterCapacity a larger number",
                        letter.lastError())));
    }

    private void report(HandlerError error) {
        try {
            sink.report(error);
        } catch (Throwable brokenSink) {
            // The sink is user code too, and there is nowhere left to report to.
        }
    }
}
