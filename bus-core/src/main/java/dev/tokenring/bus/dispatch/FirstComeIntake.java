package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.ring.RingReader;
import org.jspecify.annotations.Nullable;

/** Hands out messages in the order of the ring, to whoever asks first. */
final class FirstComeIntake<T> extends Intake<T> {
    private long lastTaken;

    FirstComeIntake(RingReader<T> reader, Retries<T> retries) {
        super(reader, retries);
        this.lastTaken = reader.start();
    }

    @Override
    @Nullable Delivery<T> takeNew(Delivery<T> spare) {
        if (!takeFromRing(spare)) {
            return null;
        }
        if (reader.isLossy()) { // then it has one member
            long missed = spare.sequence() - lastTaken - 1;
            spare.missed(missed);
            neverComes(missed);
            lastTaken = spare.sequence();
        }
        return spare;
    }

    @Override
    boolean isNewReady() {
        return reader.isReady();
    }
}
