package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Delivery;
import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Retries;
import dev.tokenring.bus.failure.DeadLetters;
import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages that are given up: they are kept as dead letters, and published to the topic of dead letters
 * if anybody reads that.
 */
final class Undeliverable {
    private final Clock clock;
    private final Lifecycle lifecycle;
    private final Channels channels;
    private final DeadLetters letters;

    Undeliverable(Lifecycle lifecycle, Channels channels, int capacity) {
        this.clock = lifecycle.timers().clock();
        this.lifecycle = lifecycle;
        this.channels = channels;
        this.letters = new DeadLetters(capacity);
    }

    <T> void giveUp(String subscription, T message, Delivery<T> delivery, Throwable lastError) {
        Instant now = clock.instant();
        Instant firstFailure = delivery.firstFailure();
        if (isInPlace(delivery.topic())) {
            return; // the slot is filled again: what went wrong is all that is left, and the sink has been told that
        }
        var letter = new DeadLetter<>(
                delivery.topic(),
                subscription,
                delivery.sequence(),
                message,
                delivery.headers(),
                delivery.attempt(),
                lastError,
                firstFailure == null ? now : firstFailure,
                now);
        DeadLetter<?> pushedOut = letters.add(letter);
        FlightRecording.deadLetter(letter);
        publish(letter);
        if (pushedOut != null) {
            lifecycle.guard().pushedOut(pushedOut);
        }
    }

    private boolean isInPlace(String topic) {
        Channel<?> channel = channels.find(topic);
        return channel != null && channel.topic().isInPlace();
    }

    /** For whoever reads dead letters; what finds no room is still kept. */
    private <T> void publish(DeadLetter<T> letter) {
        Channel<?> from = channels.find(letter.topic());
        if (from == null || letter.message() instanceof DeadLetter) {
            return; // the dead letters of dead letters go no further
        }
        @SuppressWarnings("unchecked") // the message came from there
        Topic<DeadLetter<T>> usual = DeadLetter.topicOf((Topic<T>) from.topic());
        Channel<?> known = channels.find(usual.name());
        try {
            // Its readers may have given it another capacity or wait strategy; the name is kept for dead letters.
            @SuppressWarnings("unchecked")
            Channel<DeadLetter<T>> to = known == null ? channels.of(usual) : (Channel<DeadLetter<T>>) known;
            if (to.ring().offer(letter, letter.headers()) == PublishOutcome.BACK_PRESSURED) {
                to.countRefused();
                lifecycle.guard().refused(letter);
            }
        } catch (BusClosedException atTheEnd) {
            // Nobody reads dead letters any more: this one is kept all the same.
        }
    }

    <T> List<DeadLetter<T>> of(Topic<T> topic) {
        return letters.of(topic.name()).stream()
                .filter(letter -> topic.type().isInstance(letter.message()))
                .map(letter -> {
                    @SuppressWarnings("unchecked") // its message is of the topic's type
                    DeadLetter<T> typed = (DeadLetter<T>) letter;
                    return typed;
                })
                .toList();
    }

    /** Gives a message back to the subscription that gave it up. */
    <T> RedriveOutcome redrive(DeadLetter<T> letter) {
        if (!lifecycle.accepts()) {
            return RedriveOutcome.CLOSED;
        }
        Retries<T> retries = retriesOf(letter);
        if (retries == null) {
            return RedriveOutcome.NO_SUBSCRIPTION;
        }
        if (!letters.redrive(letter)) {
            return RedriveOutcome.REDRIVEN_BEFORE;
        }
        var delivery = new Delivery<T>(letter.topic());
        delivery.redriven(letter.message(), letter.sequence(), letter.headers());
        retries.redrive(delivery);
        return RedriveOutcome.REDRIVEN;
    }

    private <T> @Nullable Retries<T> retriesOf(DeadLetter<T> letter) {
        Channel<?> channel = channels.find(letter.topic());
        if (channel == null || !channel.topic().type().isInstance(letter.message())) {
            return null;
        }
        for (Dispatcher<?> dispatcher : channel.named(letter.subscription())) {
            Retries<?> retries = dispatcher.retries();
            if (retries != null && !dispatcher.isDetached()) {
                @SuppressWarnings("unchecked") // the message is of the topic's type
                Retries<T> found = (Retries<T>) retries;
                return found;
            }
        }
        return null;
    }
}
