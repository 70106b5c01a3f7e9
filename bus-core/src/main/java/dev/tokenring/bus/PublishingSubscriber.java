package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.time.Timers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what a {@link Flow.Publisher} gives. It must not keep the source's thread waiting, so what finds no room waits
 * in a queue that a timer tries again; what was asked for always fits there.
 */
final class PublishingSubscriber<T> implements Flow.Subscriber<T> {
    private static final int WINDOW = 32;
    private static final long RETRY_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Publisher<T> publisher;
    private final Lifecycle lifecycle;
    private final Timers timers;
    private final Deque<T> waiting = new ArrayDeque<>();
    private Flow.@Nullable Subscription source;

    PublishingSubscriber(Publisher<T> publisher, Lifecycle lifecycle) {
        this.publisher = publisher;
        this.lifecycle = lifecycle;
        this.timers = lifecycle.timers();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        requireNonNull(subscription, "subscription");
        synchronized (this) {
            if (source != null) {
                subscription.cancel();
                return;
            }
            source = subscription;
        }
        subscription.request(WINDOW);
    }

    @Override
    public void onNext(T message) {
        requireNonNull(message, "message");
        synchronized (this) {
            waiting.add(message);
            if (waiting.size() > 1) {
                return; // the timer is on its way
            }
        }
        publishWaiting();
    }

    private void publishWaiting() {
        int done = 0;
        boolean closed = false;
        Flow.Subscription from;
        synchronized (this) {
            from = source;
            for (T next = waiting.poll(); next != null && !closed; next = waiting.poll()) {
                PublishOutcome outcome = publish(next);
                if (outcome == PublishOutcome.BACK_PRESSURED) {
                    waiting.addFirst(next);
                    timers.at(timers.clock().nanoTime() + RETRY_NS, this::publishWaiting);
                    break;
                }
                closed = outcome == PublishOutcome.CLOSED;
                done++;
            }
            if (closed) {
                waiting.clear();
            }
        }
        if (from != null) {
            tell(from, closed, done);
        }
    }

    /** One that is not let through is reported and left out: the source can't take it back, and the next may pass. */
    private @Nullable PublishOutcome publish(T message) {
        try {
            return publisher.tryPublish(message);
        } catch (Throwable notLetThrough) {
            onError(notLetThrough);
            return null;
        }
    }

    /** The thread may be that of the timers: what the source throws must not end it. */
    private void tell(Flow.Subscription from, boolean closed, int done) {
        try {
            if (closed) {
                from.cancel();
            } else if (done > 0) {
                from.request(done);
            }
        } catch (Throwable sourcesOwn) {
            onError(sourcesOwn);
        }
    }

    @Override
    public void onError(Throwable failure) {
        requireNonNull(failure, "failure");
        lifecycle.guard().caught(publisher.topic().name(), "asSubscriber", failure);
    }

    @Override
    public void onComplete() {
        // What still waits is published when there is room.
    }
}
