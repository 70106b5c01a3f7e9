package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.inspect.StallEvent;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.SlotClaim;
import dev.tokenring.bus.ring.Unacknowledged;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to one topic of one bus. Spares the bus its look-up of the topic on every message, so this is the way for
 * whoever publishes often.
 *
 * <p>Safe for use by any thread; by one at a time, if the topic is one {@linkplain Topic#withSinglePublisher() for a
 * single publisher}.
 *
 * @param <T> the type of the messages
 */
public final class Publisher<T> {
    private final Lifecycle lifecycle;
    private final Topic<T> topic;
    private final Channel<T> channel;
    private final Ring<T> ring;
    private final boolean inPlace;
    private final @Nullable Interception interception;

    Publisher(Lifecycle lifecycle, Channel<T> channel) {
        this.lifecycle = lifecycle;
        this.topic = channel.topic();
        this.channel = channel;
        this.ring = channel.ring();
        this.inPlace = topic.isInPlace();
        this.interception = lifecycle.interception();
    }

    /**
     * The topic that this publisher publishes to.
     *
     * @return the topic
     */
    public Topic<T> topic() {
        return topic;
    }

    // ---- by reference

    /**
     * Publishes a message without headers; the same as {@link #publish(Object, Headers)} with {@link Headers#NONE}.
     *
     * @param message the message
     */
    public void publish(T message) {
        publish(message, Headers.NONE);
    }

    /**
     * Publishes a message; waits while the ring is full. A message to a topic without subscriptions goes to nobody.
     *
     * @param message the message
     * @param headers what travels beside it
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message was
     *     not published
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; or if the
     *     topic's messages are in place
     */
    public void publish(T message, Headers headers) {
        Headers sent = interception == null ? headers : intercepted(message, headers);
        PublishOutcome outcome = offer(message, sent);
        if (outcome == PublishOutcome.BACK_PRESSURED) {
            outcome = awaitRoom(Long.MAX_VALUE, Ring::offer, message, sent);
        }
        if (outcome == PublishOutcome.CLOSED) {
            throw refused();
        }
    }

    /**
     * Publishes a message without headers, or says at once why not; the same as {@link #tryPublish(Object, Headers)} with
     * {@link Headers#NONE}.
     *
     * @param message the message
     * @return what became of it
     */
    public PublishOutcome tryPublish(T message) {
        return tryPublish(message, Headers.NONE);
    }

    /**
     * Publishes a message, or says at once why not.
     *
     * @param message the message
     * @param headers what travels beside it
     * @return what became of it
     * @throws IllegalStateException if the topic's messages are in place
     */
    public PublishOutcome tryPublish(T message, Headers headers) {
        return counted(offer(message, interception == null ? headers : intercepted(message, headers)));
    }

    /**
     * Publishes a message and tells when its topic's {@linkplain Bus#attach stage} has passed it: when it is in the journal,
     * for example. Waits while the ring is full. Without a stage that is at once.
     *
     * @param message the message
     * @param headers what travels beside it
     * @return the message's sequence to come, or -1 if there is neither a stage nor a subscription; fails with what the
     *     stage threw if it vetoed the message, and with a {@link BusClosedException} if the bus closed before. What depends
     *     on it runs on the thread of the stage, unless it is given another
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message was
     *     not published
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; or if the
     *     topic's messages are in place
     */
    public CompletableFuture<Long> publishAcknowledged(T message, Headers headers) {
        var pending = new Unacknowledged(intercepted(message, headers), new CompletableFuture<>());
        PublishOutcome outcome = lifecycle.accepts() ? ring.offer(message, pending) : PublishOutcome.CLOSED;
        if (outcome == PublishOutcome.BACK_PRESSURED) {
            outcome = awaitRoom(Long.MAX_VALUE, Ring::offer, message, pending);
        }
        if (outcome == PublishOutcome.CLOSED) {
            throw refused();
        }
        if (outcome == PublishOutcome.NO_SUBSCRIPTION) {
            pending.sequence().complete(-1L);
        }
        return pending.sequence();
    }

    private PublishOutcome offer(T message, Headers headers) {
        requireNonNull(message, "message");
        requireNonNull(headers, "headers");
        checkByReference();
        return lifecycle.accepts() ? ring.offer(message, headers) : PublishOutcome.CLOSED;
    }

    private Headers intercepted(T message, Headers headers) {
        requireNonNull(message, "message");
        requireNonNull(headers, "headers");
        checkByReference();
        Interception present = interception;
        return present == null ? headers : present.onPublish(topic.name(), message, headers);
    }

    private PublishOutcome counted(PublishOutcome outcome) {
        if (outcome == PublishOutcome.CLOSED) {
            lifecycle.countRefusal();
        } else if (outcome == PublishOutcome.BACK_PRESSURED) {
            channel.countRefused();
        }
        return outcome;
    }

    /**
     * Publishes a message; waits while the ring is full, but not longer than this.
     *
     * @param message the message
     * @param headers what travels beside it
     * @param timeout how long to wait; more than zero
     * @return what became of it; {@link PublishOutcome#BACK_PRESSURED} if there was no room in all that time
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message was
     *     not published
     * @throws IllegalArgumentException if the timeout is not more than zero
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; or if the
     *     topic's messages are in place
     */
    public PublishOutcome tryPublish(T message, Headers headers, Duration timeout) {
        long timeoutNs = Service.positive(timeout).toNanos();
        Headers sent = interception == null ? headers : intercepted(message, headers);
        PublishOutcome outcome = offer(message, sent);
        if (outcome == PublishOutcome.BACK_PRESSURED) {
            outcome = awaitRoom(timeoutNs, Ring::offer, message, sent);
        }
        return counted(outcome);
    }

    /**
     * Publishes a message; waits while the ring is full, but not beyond this instant.
     *
     * @param message the message
     * @param headers what travels beside it; their own {@linkplain Headers#deadline() deadline} is the handler's affair
     * @param deadline after which there is no use in publishing it, by the bus's clock; if it has passed already, the message
     *     is published if there is room at once
     * @return what became of it; {@link PublishOutcome#BACK_PRESSURED} if there was no room in all that time
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message was
     *     not published
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; or if the
     *     topic's messages are in place
     */
    public PublishOutcome tryPublish(T message, Headers headers, Instant deadline) {
        Duration left = Duration.between(lifecycle.timers().clock().instant(), deadline);
        return left.isNegative() || left.isZero() ? tryPublish(message, headers) : tryPublish(message, headers, left);
    }

    /**
     * Publishes messages next to each other, in order, with the same headers, which is faster than one by one; waits while
     * the ring is too full. Where there are more than a quarter of the ring holds, others may publish in between.
     *
     * @param messages the messages, in order
     * @param headers what travels beside each
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting; the message
     *     says how many were published
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is; the message says
     *     how many were published
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; or if the
     *     topic's messages are in place
     */
    public void publishAll(List<? extends T> messages, Headers headers) {
        messages.forEach(message -> requireNonNull(message, "message"));
        requireNonNull(headers, "headers");
        checkByReference();
        if (interception != null) {
            for (int i = 0; i < messages.size(); i++) {
                T message = messages.get(i);
                publishChunk(List.of(message), intercepted(message, headers), i, messages.size());
            }
            return;
        }
        int chunkSize = Math.max(1, topic.capacity() / 4);
        for (int from = 0; from < messages.size(); from += chunkSize) {
            List<? extends T> chunk = messages.subList(from, Math.min(messages.size(), from + chunkSize));
            publishChunk(chunk, headers, from, messages.size());
        }
    }

    private void publishChunk(List<? extends T> chunk, Headers headers, int published, int all) {
        PublishOutcome outcome = lifecycle.accepts() ? ring.offerAll(chunk, headers) : PublishOutcome.CLOSED;
        try {
            if (outcome == PublishOutcome.BACK_PRESSURED) {
                outcome = awaitRoom(Long.MAX_VALUE, Ring::offerAll, chunk, headers);
            }
        } catch (CancellationException interrupted) {
            throw new CancellationException(
                    interrupted.getMessage() + "; " + published + " of " + all + " messages were published before");
        }
        if (outcome == PublishOutcome.CLOSED) {
            throw lifecycle.refused(
                    "publish to " + topic.name() + "; " + published + " of " + all + " messages were published before");
        }
    }

    /**
     * Gives a subscriber that publishes what it gets. It asks for as much as the topic has room for, so a slow subscription
     * of the topic slows down the source. An error of the source goes to the bus's error sink.
     *
     * @return a subscriber for one subscription; passes the Reactive Streams TCK
     */
    public Flow.Subscriber<T> asSubscriber() {
        checkByReference();
        return new PublishingSubscriber<>(this, lifecycle);
    }

    // ---- in place

    /**
     * Publishes a message in place; waits while the ring is full.
     *
     * @param filler fills the slot's own message, which still holds what was in it before; what it throws is thrown to the
     *     caller, and the message is not published
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; if the topic is
     *     for a single publisher, whose last claim is still open; or if the topic's messages are by reference
     */
    public void publishInPlace(Consumer<? super T> filler) {
        publishInPlace(filler, (message, fill) -> fill.accept(message));
    }

    /**
     * Publishes a message in place, with what the filler needs handed through, so that the filler captures nothing and
     * nothing is allocated; waits while the ring is full.
     *
     * @param <A> the type of the argument
     * @param argument handed to the filler
     * @param filler fills the slot's own message, which still holds what was in it before; what it throws is thrown to the
     *     caller, and the message is not published
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; if the topic is
     *     for a single publisher, whose last claim is still open; or if the topic's messages are by reference
     */
    public <A> void publishInPlace(A argument, BiConsumer<? super T, ? super A> filler) {
        checkMayClaim();
        long sequence = ring.tryClaimSequence();
        if (sequence < 0) {
            sequence = waitAndClaim();
        }
        T message = ring.own(sequence);
        try {
            filler.accept(message, argument);
            if (interception != null) {
                ring.slots().headers(sequence, interception.onPublish(topic.name(), message, Headers.NONE));
            }
        } catch (Throwable fillersOwn) {
            ring.abortClaimed(sequence);
            throw fillersOwn;
        }
        if (ring.publishClaimed(sequence) == PublishOutcome.CLOSED) {
            throw refused();
        }
    }

    /**
     * Claims a slot, to fill and commit it; waits while the ring is full.
     *
     * @return the claim; commit or abort it soon
     * @throws BusClosedException if the bus is closing or closed, or the topic was removed, also while waiting
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; if the topic is
     *     for a single publisher, whose last claim is still open; or if the topic's messages are by reference
     */
    public Claim<T> claim() {
        checkMayClaim();
        SlotClaim<T> claim = ring.tryClaim();
        return claimed(claim != null ? claim : ring.claim(waitAndClaim()));
    }

    /**
     * Claims a slot, to fill and commit it, if there is one free.
     *
     * @return the claim, which is to be committed or aborted soon; null if the ring is full or closed
     * @throws IllegalStateException if the topic is for a single publisher, whose last claim is still open; or if the
     *     topic's messages are by reference
     */
    public @Nullable Claim<T> tryClaim() {
        checkInPlace();
        if (!lifecycle.accepts() || ring.isEnding()) {
            lifecycle.countRefusal();
            return null;
        }
        SlotClaim<T> claim = ring.tryClaim();
        if (claim == null) {
            channel.countRefused();
            return null;
        }
        return claimed(claim);
    }

    /**
     * Claims a slot, to fill and commit it; waits while the ring is full, but not longer than this.
     *
     * @param timeout how long to wait; more than zero
     * @return the claim, which is to be committed or aborted soon; null if there was no room in all that time, or the ring is
     *     closed
     * @throws CancellationException if the thread was interrupted while waiting, which it then still is
     * @throws IllegalArgumentException if the timeout is not more than zero
     * @throws IllegalStateException if the ring is full and the calling thread is one that should empty it; if the topic is
     *     for a single publisher, whose last claim is still open; or if the topic's messages are by reference
     */
    public @Nullable Claim<T> tryClaim(Duration timeout) {
        long timeoutNs = Service.positive(timeout).toNanos();
        checkInPlace();
        var claimed = new long[1];
        boolean open = lifecycle.accepts() && !ring.isEnding();
        PublishOutcome outcome = open ? claimInto(ring, claimed) : PublishOutcome.CLOSED;
        if (outcome == PublishOutcome.BACK_PRESSURED) {
            outcome = awaitRoom(timeoutNs, (from, into, same) -> claimInto(from, into), claimed, claimed);
        }
        return counted(outcome) == PublishOutcome.PUBLISHED ? claimed(ring.claim(claimed[0])) : null;
    }

    private Claim<T> claimed(SlotClaim<T> claim) {
        return interception == null ? claim : new InterceptedClaim<>(claim, topic.name(), interception);
    }

    private void checkMayClaim() {
        checkInPlace();
        if (!lifecycle.accepts()) {
            throw refused();
        }
    }

    private long waitAndClaim() {
        var claimed = new long[1];
        if (awaitRoom(Long.MAX_VALUE, (from, into, same) -> claimInto(from, into), claimed, claimed)
                == PublishOutcome.CLOSED) {
            throw refused();
        }
        return claimed[0];
    }

    private static PublishOutcome claimInto(Ring<?> ring, long[] claimed) {
        claimed[0] = ring.tryClaimSequence();
        if (claimed[0] >= 0) {
            return PublishOutcome.PUBLISHED;
        }
        return ring.isEnding() ? PublishOutcome.CLOSED : PublishOutcome.BACK_PRESSURED;
    }

    // ---- both

    /** What is tried again; it captures nothing, so that waiting allocates nothing. */
    @FunctionalInterface
    private interface Attempt<T, A, B> {
        PublishOutcome at(Ring<T> ring, A first, B second);
    }

    /** Tries until there is room, or it is known that there won't be, or the time is over. */
    private <A, B> PublishOutcome awaitRoom(long timeoutNs, Attempt<T, A, B> attempt, A first, B second) {
        if (ring.isReadByCurrentThread() || lifecycle.isStepped()) {
            throw new IllegalStateException("topic " + topic.name() + " is full (" + topic.capacity()
                    + " messages), and the thread that waits for room is the one that should make it: use tryPublish, a"
                    + " larger capacity, or another topic");
        }
        StallEvent stall = FlightRecording.stall();
        long startNs = System.nanoTime();
        PublishOutcome outcome = PublishOutcome.BACK_PRESSURED;
        try {
            for (int tries = 0; outcome == PublishOutcome.BACK_PRESSURED; tries++) {
                if (System.nanoTime() - startNs >= timeoutNs) {
                    return outcome;
                }
                Ring.pause(tries);
                outcome = attempt.at(ring, first, second);
            }
        } catch (InterruptedException whileWaiting) {
            Thread.currentThread().interrupt();
            throw new CancellationException(
                    "interrupted while waiting for room in topic " + topic.name() + ": the message was not published");
        } finally {
            if (stall != null) {
                stall.end(topic.name());
            }
        }
        return outcome;
    }

    private void checkByReference() {
        if (inPlace) {
            throw new IllegalStateException(
                    topic
                            + " has its messages in place: fill one with publishInPlace or claim instead of publishing another");
        }
    }

    private void checkInPlace() {
        if (!inPlace) {
            throw new IllegalStateException(
                    topic + " takes messages by reference: publish one, or describe the topic with Topic.inPlace");
        }
    }

    private BusClosedException refused() {
        return ring.isEnding() && !lifecycle.isClosing()
                ? BusClosedException.ofRemoved(lifecycle.busName(), topic.name())
                : lifecycle.refused("publish to " + topic.name());
    }
}
