package dev.tokenring.bus.soak;

import dev.tokenring.bus.Topic;
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes through a {@link Flow.Subscriber}. What that asks for after the first time stands for what it has published.
 */
final class FlowTelling implements Participant, Flow.Subscription {
    private final Round round;
    private final Topic<Note> topic;
    private final SplittableRandom random;
    private final Teller teller;
    private final AtomicLong asked = new AtomicLong();
    private volatile boolean cancelled;

    FlowTelling(Round round, Topic<Note> topic, SplittableRandom random) {
        this.round = round;
        this.topic = topic;
        this.random = random;
        this.teller = round.newTeller(topic.name());
    }

    @Override
    public void act() {
        Flow.Subscriber<Note> subscriber = round.bus.publisher(topic).asSubscriber();
        subscriber.onSubscribe(this);
        long window = asked.get();
        int given = 0;
        while (!round.hasEnoughOf(teller)) {
            if (given < asked.get()) {
                teller.begins(given + 1 - teller.told());
                subscriber.onNext(Note.of(teller.id(), given++));
            } else {
                LockSupport.parkNanos(random.nextInt(50_000));
            }
            teller.tells((int) (asked.get() - window) - teller.told());
        }
        subscriber.onComplete();
        long deadlineNs = System.nanoTime() + Round.PATIENCE.toNanos();
        while (teller.told() < given && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(50_000);
            teller.tells((int) (asked.get() - window) - teller.told());
        }
        if (teller.told() < given || cancelled) {
            round.broken.add(this + " has given " + given + ", of which were published " + teller.told()
                    + (cancelled ? ", and was cancelled" : ""));
        }
    }

    @Override
    public void request(long more) {
        asked.addAndGet(more);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public String toString() {
        return "FlowTelling[" + teller + "]";
    }
}
