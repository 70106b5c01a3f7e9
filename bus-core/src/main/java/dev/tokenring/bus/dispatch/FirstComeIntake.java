package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.ring.RingReader;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Hands out messages in the order of the ring, to whoever asks first. */
final class FirstComeIntake<T> extends Intake<T> {
    private long lastTaken;

    /** How many messages were missed before one that the filter kept back; the next one's handler is told. */
    private final AtomicLong notTold = new AtomicLong();

    FirstComeIntake(RingReader<T> reader, Retries<T> retries) {
        super(reader, retries);
        this.lastTaken = reader.start();
    }

    @Override
    @Nullable Delivery<T> takeNew(Spares<T> spares) {
        Delivery<T> taken = takeFromRing(spares);
        if (taken != null && reader.isLossy()) { // then it has one member
            taken.missed(taken.sequence() - lastTaken - 1 + notTold.getAndSet(0));
            lastTaken = taken.sequence();
        }
        return taken;
    }

    @Override
    void unwanted(Delivery<T> delivery) {
        if (reader.isLossy()) {
            notTold.addAndGet(delivery.missed());
        }
    }

    @Override
    boolean isNewReady() {
        return reader.isReady();
    }
}
