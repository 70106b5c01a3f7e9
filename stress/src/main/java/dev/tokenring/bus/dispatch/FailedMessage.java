package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A message that a handler fails on, and how often it was given up. */
final class FailedMessage {
    private static final String SUBSCRIPTION = "stressed";
    private static final String MESSAGE = "message";
    private static final Duration LONG = Duration.ofHours(1);

    private final AtomicInteger givenUp = new AtomicInteger();
    private final Retries<String> retries = new Retries<>(
            SUBSCRIPTION,
            RetryPolicy.of(2).withBackoff(LONG, 1, LONG),
            1,
            new Timers(Clock.SYSTEM),
            new Guard(error -> {}),
            (subscription, message, delivery, lastError) -> givenUp.incrementAndGet());
    private final Delivery<String> delivery = new Delivery<>("stressed");

    FailedMessage() {
        delivery.taken(0, MESSAGE, Headers.NONE);
    }

    /** Has the handler fail on it; the first time, it may be tried once more after that. */
    Recipient.Fate fail() {
        return retries.failed(SUBSCRIPTION, MESSAGE, delivery, new IllegalStateException("stressed"));
    }

    /** Has the watchdog find the handler stuck with it. */
    boolean giveUpAsStuck() {
        boolean takenAway = retries.takeAway(delivery);
        if (takenAway) {
            retries.stuck(SUBSCRIPTION, MESSAGE, delivery, new IllegalStateException("stuck"));
        }
        return takenAway;
    }

    /** Has it come back, and with the handler, for its last try. */
    void comeBack() {
        retries.comeBack(delivery);
        if (retries.poll() != delivery) {
            throw new AssertionError("it has not come back");
        }
    }

    /** Gives it back to its subscription after it was given up. */
    void redrive() {
        var again = new Delivery<String>("stressed");
        again.redriven(MESSAGE, 0, Headers.NONE);
        retries.redrive(again);
    }

    /** Ends its subscription. */
    void endSubscription() {
        retries.close();
    }

    /** How often it became a dead letter. */
    int givenUp() {
        return givenUp.get();
    }

    /** How many messages still wait for a retry. */
    int waiting() {
        return retries.waiting();
    }
}
