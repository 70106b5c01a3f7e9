package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Hands out messages to a {@link Flow.Subscriber}, as many as it asks for. */
public final class FlowDispatcher<T> extends Dispatcher<T> implements Flow.Subscription {
    private static final int MAX_BATCH = 64;

    private final RingReader<T> reader;
    private final Flow.Subscriber<? super T> subscriber;
    private final @Nullable Predicate<? super T> filter;
    private final Consumer<Throwable> subscriberThrew;
    private final Retries.GiveUp<T> giveUp;
    private final AtomicLong demand = new AtomicLong();
    private final Delivery<T> next;
    private volatile boolean cancelled;
    private volatile boolean completed;
    private volatile @Nullable Throwable wrong;
    private volatile boolean busy;
    private volatile long delivered;
    private boolean greeted;

    /**
     * Joins the ring: from now on, what is published is for this subscriber too.
     *
     * @param subscriberThrew told what the subscriber throws
     * @param giveUp gets what waits for a subscriber that is stuck, if it is left
     */
    public FlowDispatcher(
            String topic,
            String subscription,
            RingReader<T> reader,
            Flow.Subscriber<? super T> subscriber,
            @Nullable Predicate<? super T> filter,
            Consumer<Throwable> subscriberThrew,
            Retries.GiveUp<T> giveUp) {
        super(topic, subscription);
        this.reader = reader;
        this.subscriber = subscriber;
        this.filter = filter;
        this.subscriberThrew = subscriberThrew;
        this.giveUp = giveUp;
        this.next = new Delivery<>(topic);
        reader.readBy(this::isOnOwnThread);
    }

    @Override
    Ring<T> ring() {
        return reader.ring();
    }

    @Override
    int maxBatchSize() {
        return MAX_BATCH;
    }

    @Override
    int poll(Loop polling, int max) {
        try {
            return signal(polling, max);
        } catch (Throwable subscribersOwn) {
            // Reactive Streams, rule 2.13: a subscriber that throws has cancelled.
            subscriberThrew.accept(subscribersOwn);
            cancelled = true;
            return leaveAndEnd();
        }
    }

    private int signal(Loop polling, int max) {
        if (!greeted) {
            greeted = true;
            subscriber.onSubscribe(this);
        }
        int handled = 0;
        while (handled < max && !cancelled && wrong == null && demand.get() > 0 && takeNext()) {
            handled++;
            signalNext();
            if (polling.isSuspect() && !polling.goesOn()) {
                return handled;
            }
        }
        Throwable error = wrong;
        if (error != null && !cancelled) {
            cancelled = true;
            subscriber.onError(error);
        } else if (!cancelled && reader.isAtEnd()) {
            completed = true; // which is not to cancel: what it did not get, if the bus is in haste, is still counted
            subscriber.onComplete();
        }
        return cancelled || completed ? leaveAndEnd() : handled;
    }

    private boolean takeNext() {
        if (!reader.isReady()) {
            return false;
        }
        busy = true; // before the message leaves the ring, so that it is in one of the two places
        if (reader.take(next)) {
            return true;
        }
        busy = false;
        return false;
    }

    // Written by one thread at a time.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void signalNext() {
        if (!next.isVoid()) {
            T message = next.kept();
            next.forget();
            if (filter == null || filter.test(message)) {
                if (demand.get() != Long.MAX_VALUE) {
                    demand.decrementAndGet();
                }
                subscriber.onNext(message);
                delivered++;
            }
        }
        busy = false;
    }

    private int leaveAndEnd() {
        reader.stop();
        reader.leave();
        return ENDED;
    }

    @Override
    public void request(long messages) {
        if (messages <= 0) {
            wrong = new IllegalArgumentException("the subscriber asked for " + messages
                    + " messages: ask for 1 or more (Reactive Streams, rule 3.9)");
        } else {
            demand.accumulateAndGet(messages, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
        }
        wake();
    }

    @Override
    public void cancel() {
        if (!completed) {
            cancelled = true;
        }
        wake();
    }

    @Override
    boolean isReady() {
        return !greeted || cancelled || wrong != null || reader.isAtEnd() || (demand.get() > 0 && reader.isReady());
    }

    @Override
    void releaseSlots() {
        // Taking releases.
    }

    @Override
    public void stop() {
        reader.stop();
        wake();
    }

    @Override
    void leaveRing() {
        reader.leave();
    }

    @Override
    public void abandonUnread() {
        // They are counted, and there is nobody to tell.
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public long lag() {
        if (isDetached() || cancelled) {
            return 0;
        }
        long waiting = reader.lag(); // first: what is taken meanwhile may count twice, but not be left out
        return waiting + (busy ? 1 : 0);
    }

    @Override
    public long handling() {
        return busy ? next.sequence() : NOTHING;
    }

    @Override
    public boolean divert(long handling, Throwable cause) {
        return false; // a subscriber must not be called by two threads
    }

    @Override
    public MessageContext inHand(long handling) {
        return next;
    }

    @Override
    public boolean leaveStuck(long handling, Throwable cause) {
        if (handling() != handling) {
            return false;
        }
        cancelled = true;
        // By taking: should the subscriber come back meanwhile, each message is for one of the two.
        reader.takeAll(() -> new Delivery<T>(topic()), waiting -> {
            if (!waiting.isVoid() && (filter == null || filter.test(waiting.kept()))) {
                waiting.neverTried();
                giveUp.giveUp(subscription(), waiting.kept(), waiting, cause);
            }
        });
        detach();
        return true;
    }

    @Override
    public long missed() {
        return reader.missed();
    }

    @Override
    public Count leave() {
        long unread = lag();
        reader.leave();
        return new Count(delivered, unread);
    }

    @Override
    public @Nullable Retries<T> retries() {
        return null;
    }

    @Override
    void broke(Throwable defect) {
        subscriberThrew.accept(defect);
    }
}
