package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import dev.tokenring.bus.ring.Slots;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands out every message in the order of the ring, one after the other. This is the way for messages at full speed: a
 * message costs a read of its slot, a store of the reader's sequence, and the call.
 *
 * <p>Slots are given back together: when a quarter of the ring is waiting for it, when there was nothing to read for about
 * a microsecond, or when a batch has taken longer than {@value #SLOW_BATCH_NS} ns. Batches grow and shrink so that
 * they take less than that. So a message that was handled is not kept alive for long, neither by a handler that is slow
 * nor by a ring that is quiet, and a publisher in step with its reader does not pay for a release per message.
 */
public final class InOrderDispatcher<T> extends Dispatcher<T> {
    private static final long SLOW_BATCH_NS = 50_000;
    private static final int DONE = 0;
    private static final int RETIRED = 1;

    private final Recipient<T> recipient;
    private final Ring<T> ring;
    private final RingReader<T> reader;
    private final Consumer<? super T> abandoned;
    private final int maxUnreleased;
    private Delivery<T> delivery;
    private int batchSize;
    private long releasedUpTo;
    private boolean waited = true;
    private volatile long skipped;

    /** The message that has come back and is being handled, if it is one of those. */
    private volatile @Nullable Delivery<T> due;

    /** The messages that a batch handler is being called with. */
    private volatile @Nullable Batch<T> batch;

    /** Messages with what a delivery of each needs; their slots may be filled again if the subscription is closed meanwhile. */
    private static final class Batch<T> {
        final long last;
        final List<T> messages;
        final long[] sequences;
        final Headers[] headers;

        Batch(long last, int maxSize) {
            this.last = last;
            messages = new ArrayList<>(maxSize);
            sequences = new long[maxSize];
            headers = new Headers[maxSize];
        }

        void add(T message, long sequence, Headers itsHeaders) {
            sequences[messages.size()] = sequence;
            headers[messages.size()] = itsHeaders;
            messages.add(message);
        }
    }

    /**
     * Joins the ring: from now on, what is published is for this handler too.
     *
     * @param maxUnreleased how many slots at most are given back late for the sake of speed
     * @param abandoned gets what the handler was not done with when it was stopped
     */
    public InOrderDispatcher(Recipient<T> recipient, Ring<T> ring, int maxUnreleased, Consumer<? super T> abandoned) {
        super(recipient.topic(), recipient.subscription());
        this.recipient = recipient;
        this.ring = ring;
        this.abandoned = abandoned;
        this.maxUnreleased = maxUnreleased;
        this.batchSize = maxUnreleased;
        this.delivery = new Delivery<>(recipient.topic());
        this.reader = ring.join(false);
        this.releasedUpTo = reader.start();
        reader.readBy(this::isOnOwnThread);
        recipient.retries().wakes(this::wake);
    }

    @Override
    Ring<T> ring() {
        return ring;
    }

    @Override
    int maxBatchSize() {
        return maxUnreleased;
    }

    @Override
    int poll(Loop polling, int max) {
        if (reader.isStopped()) {
            return ENDED;
        }
        Retries<T> retries = recipient.retries();
        int handled = retries.anyDue() ? handleDue(polling) : 0;
        if (polling.isRetired() || !retries.hasRoom()) {
            return handled;
        }
        long before = reader.sequence();
        long last = reader.available(Math.min(max, batchSize));
        if (last == before) {
            waited = true;
            return handled == 0 && reader.isAtEnd() && retries.waiting() == 0 ? ENDED : handled;
        }
        // Who had to wait for messages is faster than they come.
        long startNs = waited ? 0 : System.nanoTime();
        int outcome = recipient.takesBatches() ? handleBatch(last, polling) : handleUpTo(last, polling);
        if (outcome == RETIRED) {
            return handled;
        }
        if (!waited) {
            adaptBatchSize((int) (last - before), System.nanoTime() - startNs);
        }
        waited = false;
        if (reader.sequence() - releasedUpTo >= maxUnreleased) {
            releaseSlots();
        }
        return handled + (int) (last - before);
    }

    private void adaptBatchSize(int size, long tookNs) {
        if (tookNs > SLOW_BATCH_NS) {
            batchSize = (int) Math.max(1, size * SLOW_BATCH_NS / 2 / tookNs);
            releaseSlots();
        } else if (size == batchSize && tookNs < SLOW_BATCH_NS / 4) {
            batchSize = Math.min(maxUnreleased, batchSize * 2);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private int handleUpTo(long last, Loop polling) {
        RingReader<T> from = reader;
        Slots<T> slots = from.slots();
        boolean nothingBeside = slots.haveNothingBeside();
        Delivery<T> one = delivery;
        one.batchEndsAt(last);
        for (long next = from.sequence() + 1; next <= last; next++) {
            T message = nothingBeside ? slots.inSlot(next) : slots.message(next);
            Headers headers = nothingBeside ? Headers.NONE : slots.headers(next);
            if (from.isStoppedAfterReading()) {
                return DONE;
            }
            if (message == null) {
                skip();
            } else {
                one.begin(next, headers);
                Recipient.Fate fate = recipient.deliver(message, one);
                if (fate != Recipient.Fate.HANDLED) {
                    notHandled(fate);
                }
                if (polling.isSuspect() && !polling.goesOn()) {
                    return RETIRED;
                }
                if (one != delivery) { // it belongs to that message now
                    one = delivery;
                    one.batchEndsAt(last);
                }
            }
            from.passed(next);
        }
        return DONE;
    }

    private void notHandled(Recipient.Fate fate) {
        switch (fate) {
            case HANDLED, TAKEN_AWAY -> {}
            case UNWANTED -> skip();
            case GIVEN_UP, WAITS -> delivery = new Delivery<>(topic());
        }
    }

    private int handleBatch(long last, Loop polling) {
        long first = reader.sequence() + 1;
        var one = new Batch<T>(last, (int) (last - first + 1));
        Slots<T> slots = reader.slots();
        for (long next = first; next <= last; next++) {
            T message = slots.message(next);
            Headers headers = slots.headers(next);
            if (reader.isStoppedAfterReading()) {
                return DONE;
            }
            if (message == null) {
                skip();
            } else if (isWanted(message, next, headers)) {
                one.add(message, next, headers);
            } else {
                skip();
            }
        }
        if (!one.messages.isEmpty()) {
            int end = one.messages.size() - 1;
            delivery.begin(one.sequences[end], one.headers[end]);
            batch = one;
            Throwable cause = recipient.deliverBatch(Collections.unmodifiableList(one.messages), delivery);
            if (polling.isSuspect() && !polling.goesOn()) {
                return RETIRED;
            }
            batch = null;
            if (cause != null) {
                forEachIn(one, (message, each) -> recipient.failed(message, each, cause));
            }
        }
        reader.passed(last);
        return DONE;
    }

    private boolean isWanted(T message, long sequence, Headers headers) {
        try {
            return recipient.isWanted(message);
        } catch (Throwable filtersOwn) {
            recipient.failed(message, newDelivery(sequence, headers), filtersOwn);
            return false;
        }
    }

    /** Visits the messages of a batch, with a delivery for each. */
    private void forEachIn(Batch<T> handled, BiConsumer<T, Delivery<T>> visitor) {
        for (int i = 0; i < handled.messages.size(); i++) {
            visitor.accept(handled.messages.get(i), newDelivery(handled.sequences[i], handled.headers[i]));
        }
    }

    private Delivery<T> newDelivery(long sequence, Headers headers) {
        var one = new Delivery<T>(topic());
        one.begin(sequence, headers);
        return one;
    }

    // Written by one thread at a time.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void skip() {
        skipped++;
    }

    private int handleDue(Loop polling) {
        Delivery<T> one = recipient.retries().poll();
        if (one == null) {
            return 0;
        }
        due = one;
        recipient.deliverKept(one);
        if (!polling.isSuspect() || polling.goesOn()) {
            due = null;
        }
        return 1;
    }

    @Override
    boolean isReady() {
        return reader.isReady() || recipient.retries().anyDue();
    }

    @Override
    void releaseSlots() {
        long sequence = reader.sequence();
        if (sequence != releasedUpTo) {
            releasedUpTo = sequence;
            reader.release();
        }
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    void leaveRing() {
        reader.leave();
        recipient.retries().close();
    }

    @Override
    public void abandonUnread() {
        if (!isDetached()) {
            reader.forEachUnread(abandoned);
        }
    }

    /** What waits for the handler, and what it is busy with. */
    public void forEachUnread(Consumer<? super T> visitor) {
        reader.forEachUnread(visitor);
    }

    /** How many messages wait for the handler, not counting the one it is busy with if that is done with already. */
    public long lagWithout(Predicate<? super T> done) {
        return reader.lagWithout(done);
    }

    @Override
    public long delivered() {
        return Math.max(0, reader.passedCount() - skipped - recipient.retries().waiting());
    }

    @Override
    public long lag() {
        return isDetached() ? 0 : reader.lag() + recipient.retries().waiting();
    }

    @Override
    public long handling() {
        Delivery<T> returned = due;
        if (returned != null) {
            return returned.number();
        }
        return reader.lag() > 0 ? reader.sequence() + 1 : NOTHING;
    }

    @Override
    public boolean isHandling(StackTraceElement[] stack) {
        return Recipient.isDelivering(stack);
    }

    @Override
    public MessageContext inHand(long handling) {
        Delivery<T> returned = due;
        return returned != null ? returned : delivery;
    }

    @Override
    public boolean divert(long handling, Throwable cause) {
        InHand inHand = inHandNow();
        Loop busy = loop();
        return busy != null && busy.takeOver(this, handling, inHand::takeAway, () -> inHand.giveUp(cause));
    }

    @Override
    public boolean leaveStuck(long handling, Throwable cause) {
        InHand inHand = inHandNow();
        Loop busy = loop();
        return busy != null
                && busy.takeOver(this, handling, inHand::takeAway, () -> {
                    inHand.giveUp(cause);
                    abandonWaiting(cause);
                    detach();
                });
    }

    /**
     * What the handler has in hand, to be given up. It has to be known beforehand: should the handler fail at the last
     * moment, the delivery would be its message's no more, and another one would be there.
     */
    private interface InHand {
        /** Takes it away from the handler; false if it was done with just now. */
        boolean takeAway();

        /** Gives it up, and moves on behind it. */
        void giveUp(Throwable cause);
    }

    private InHand inHandNow() {
        Delivery<T> returned = due;
        if (returned != null) {
            return new ReturnedInHand(returned);
        }
        return recipient.takesBatches() ? new BatchInHand(batch) : new OneInHand(delivery);
    }

    private final class ReturnedInHand implements InHand {
        private final Delivery<T> returned;

        ReturnedInHand(Delivery<T> returned) {
            this.returned = returned;
        }

        @Override
        public boolean takeAway() {
            return recipient.retries().takeAway(returned);
        }

        @Override
        public void giveUp(Throwable cause) {
            recipient.retries().stuck(subscription(), returned.kept(), returned, cause);
            due = null;
        }
    }

    private final class OneInHand implements InHand {
        private final Delivery<T> one;
        private @Nullable T message;

        OneInHand(Delivery<T> one) {
            this.one = one;
        }

        @Override
        public boolean takeAway() {
            long sequence = reader.sequence() + 1;
            // The slot is held until the reader passes it.
            message = reader.slots().message(sequence);
            return message != null
                    && one.sequence() == sequence
                    && recipient.retries().takeAway(one);
        }

        @Override
        public void giveUp(Throwable cause) {
            if (message != null) {
                recipient.retries().stuck(subscription(), message, one, cause);
            }
            delivery = new Delivery<>(topic());
            reader.passed(one.sequence());
        }
    }

    private final class BatchInHand implements InHand {
        private final @Nullable Batch<T> together;

        BatchInHand(@Nullable Batch<T> together) {
            this.together = together;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // that very batch
        public boolean takeAway() {
            return together != null && together == batch;
        }

        @Override
        public void giveUp(Throwable cause) {
            if (together != null) {
                forEachIn(together, (message, each) -> recipient.retries().stuck(subscription(), message, each, cause));
                batch = null;
                delivery = new Delivery<>(topic());
                reader.passed(together.last);
            }
        }
    }

    /** Gives up what waits in the ring, while nobody reads it. */
    private void abandonWaiting(Throwable cause) {
        long last = reader.sequence() + reader.lag();
        for (long next = reader.sequence() + 1; next <= last && reader.isPublished(next); next++) {
            T message = reader.slots().message(next);
            if (message != null && recipient.wouldWant(message)) {
                Delivery<T> untried = newDelivery(next, reader.slots().headers(next));
                recipient.retries().abandoned(subscription(), message, untried, cause);
            }
        }
    }

    @Override
    public Count leave() {
        long unread = isDetached() ? 0 : reader.lag();
        // Not what has passed by now: a handler that is late with a message must not move it from one number to the
        // other.
        long passed = isDetached() ? reader.passedCount() : reader.publishedCount() - unread;
        reader.leave();
        int waiting = recipient.retries().close();
        return new Count(passed - skipped - waiting, unread + waiting);
    }

    @Override
    public Retries<T> retries() {
        return recipient.retries();
    }

    @Override
    void broke(Throwable defect) {
        recipient.retries().broke(topic(), defect);
    }
}
