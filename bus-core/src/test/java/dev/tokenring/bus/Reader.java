package dev.tokenring.bus;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads a stream, and notes what comes: {@code subscribed}, the parts, {@code complete} or the failure. */
class Reader<R> implements Flow.Subscriber<R> {
    final List<Object> signals = new CopyOnWriteArrayList<>();
    final List<String> broken = new CopyOnWriteArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final long firstDemand;
    volatile Flow.Subscription subscription;

    Reader(long firstDemand) {
        this.firstDemand = firstDemand;
    }

    /** For a test that does more than to note. */
    void react(Object signal) {}

    private void note(Object signal) {
        if (!busy.compareAndSet(false, true)) {
            broken.add(signal + " came while another signal was being handled");
        }
        signals.add(signal);
        react(signal);
        busy.set(false);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        note("subscribed");
        if (firstDemand != 0) {
            given.request(firstDemand);
        }
    }

    @Override
    public void onNext(R part) {
        note(part);
    }

    @Override
    public void onError(Throwable failure) {
        note(failure);
    }

    @Override
    public void onComplete() {
        note("complete");
    }
}
