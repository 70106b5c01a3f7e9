package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.time.Timers;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the messages that a subscription's handler fails on: they wait, beside the ring, until their next try
 * is due, and are given up after the last. Messages that were given up and mended come back the same way.
 *
 * <p>Safe for use by any thread.
 */
public final class Retries<T> {
    private final String subscription;
    private final RetryPolicy policy;
    private final int maxWaiting;
    private final Timers timers;
    private final Guard guard;
    private final GiveUp<T> giveUp;
    /** Those that wait for their time, or for the handler after it; whoever takes one out decides what becomes of it. */
    private final Set<Delivery<T>> waiting = ConcurrentHashMap.newKeySet();

    /** Those that are with the handler again. */
    private final Set<Delivery<T>> inHand = ConcurrentHashMap.newKeySet();

    private final Queue<Delivery<T>> due = new ConcurrentLinkedQueue<>();
    private final LongAdder failures = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private volatile boolean closed;
    private volatile Runnable wake = () -> {};
    private volatile Runnable redriven = () -> {};

    /** What to do with a message that is given up. */
    @FunctionalInterface
    public interface GiveUp<T> {
        /** Takes the message, its context, and why it is given up. */
        void giveUp(String subscription, T message, Delivery<T> delivery, Throwable lastError);
    }

    /**
     * Makes it for one subscription.
     *
     * @param maxWaiting how many messages may wait for their retry before the subscription takes no others
     */
    public Retries(
            String subscription, RetryPolicy policy, int maxWaiting, Timers timers, Guard guard, GiveUp<T> giveUp) {
        this.subscription = subscription;
        this.policy = policy;
        this.maxWaiting = maxWaiting;
        this.timers = timers;
        this.guard = guard;
        this.giveUp = giveUp;
    }

    /** Reports what should not have been thrown while the subscription's messages were carried. */
    void broke(String topic, Throwable defect) {
        guard.caught(topic, subscription, defect);
    }

    /** Whom to wake when a message is due. */
    void wakes(Runnable wake) {
        this.wake = wake;
    }

    /** What to do when a message that was done with has come back. */
    void whenRedriven(Runnable redriven) {
        this.redriven = redriven;
    }

    /** Decides about a message that the handler failed on. */
    Recipient.Fate failed(String subscription, T message, Delivery<T> delivery, Throwable cause) {
        if (!delivery.claim()) {
            return Recipient.Fate.TAKEN_AWAY;
        }
        failures.increment();
        long delayNs = closed ? -1 : policy.delayNs(delivery.attempt(), cause, ThreadLocalRandom.current());
        guard.caught(subscription, delivery, cause, delayNs >= 0);
        if (delayNs < 0) {
            inHand.remove(delivery);
            givenUp(subscription, message, delivery, cause);
            return Recipient.Fate.GIVEN_UP;
        }
        delivery.keep(message, cause, timers.clock().instant());
        waiting.add(delivery);
        inHand.remove(delivery);
        if (closed && waiting.remove(delivery)) {
            givenUp(subscription, message, delivery, cause);
            return Recipient.Fate.GIVEN_UP;
        }
        retries.increment();
        delivery.comesBackBy(timers.at(timers.clock().nanoTime() + delayNs, () -> comeBack(delivery)));
        if (closed && !waiting.contains(delivery)) {
            delivery.staysAway(); // it was given up before its timer was there to be cancelled
        }
        return Recipient.Fate.WAITS;
    }

    private void givenUp(String subscription, T message, Delivery<T> delivery, Throwable cause) {
        givenUp.increment();
        giveUp.giveUp(subscription, message, delivery, cause);
    }

    /** Has a message come back from where it waited for its time. */
    void comeBack(Delivery<T> delivery) {
        delivery.comesBack();
        due.add(delivery);
        wake.run();
    }

    /** Hands in a message that was given up before, to be handled as if it were new. */
    public void redrive(Delivery<T> delivery) {
        redriven.run();
        waiting.add(delivery);
        if (closed) {
            giveUpWaiting(delivery);
            return;
        }
        due.add(delivery);
        wake.run();
    }

    /** Takes a message whose time has come; null if there is none. It counts as waiting until it is {@link #finished}. */
    @Nullable Delivery<T> poll() {
        for (Delivery<T> next = due.poll(); next != null; next = due.poll()) {
            inHand.add(next);
            if (waiting.remove(next)) {
                return next;
            }
            inHand.remove(next);
        }
        return null;
    }

    /** Has a message that was polled wait once more, until it {@link #resumes}. */
    void waits(Delivery<T> delivery) {
        waiting.add(delivery);
        inHand.remove(delivery);
        if (closed) {
            giveUpWaiting(delivery);
        }
    }

    /** Whether a message that waited once more may be handled now; if not, it was given up meanwhile. */
    boolean resumes(Delivery<T> delivery) {
        inHand.add(delivery);
        boolean stillWaits = waiting.remove(delivery);
        if (!stillWaits) {
            inHand.remove(delivery);
        }
        return stillWaits;
    }

    /** Takes note that a message which came back needs to wait no more. */
    void finished(Delivery<T> delivery) {
        inHand.remove(delivery);
    }

    /** Whether a message's time has come. */
    boolean anyDue() {
        return !due.isEmpty();
    }

    /** Whether another message may fail and wait. */
    boolean hasRoom() {
        return policy.maxAttempts() == 1 || waiting() < maxWaiting;
    }

    /** How many messages wait for their time, or for the handler after it, or are with it again. */
    public int waiting() {
        return waiting.size() + inHand.size();
    }

    /** How often the handler failed. */
    public long failures() {
        return failures.sum();
    }

    /** How many retries were planned. */
    public long retries() {
        return retries.sum();
    }

    /** How many messages were given up. */
    public long givenUp() {
        return givenUp.sum();
    }

    /**
     * Takes a message from a handler that is stuck with it; false if the handler has just failed on it by itself. It counts
     * as waiting until it is {@linkplain #stuck given up}, which calls code of others and is not to be done under a lock.
     */
    boolean takeAway(Delivery<T> delivery) {
        return delivery.claim();
    }

    /** Gives up a message that was {@linkplain #takeAway taken away} from its handler. */
    void stuck(String subscription, T message, Delivery<T> delivery, Throwable cause) {
        failures.increment();
        givenUp(subscription, message, delivery, cause);
        inHand.remove(delivery);
    }

    /** Gives up a message that no handler was called with, since there is none any more. */
    void abandoned(String subscription, T message, Delivery<T> delivery, Throwable cause) {
        delivery.neverTried();
        givenUp(subscription, message, delivery, cause);
    }

    /**
     * Retries nothing from now on, and gives up what waits; what the handler has in hand it may still finish.
     *
     * @return how many messages that were, those in hand included
     */
    int close() {
        closed = true;
        // Each once: a message may go from the one to the other at this very moment.
        Set<Delivery<T>> counted = new HashSet<>(inHand);
        for (Delivery<T> delivery : List.copyOf(waiting)) {
            if (giveUpWaiting(delivery)) {
                counted.add(delivery);
            }
        }
        due.clear();
        return counted.size();
    }

    private boolean giveUpWaiting(Delivery<T> delivery) {
        Throwable error = delivery.lastError();
        if (!waiting.remove(delivery)) {
            return false;
        }
        delivery.staysAway();
        givenUp(
                subscription,
                delivery.kept(),
                delivery,
                error != null ? error : new CancellationException("the subscription ended before the retry"));
        return true;
    }
}
