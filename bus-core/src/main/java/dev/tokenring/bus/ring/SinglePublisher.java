package dev.tokenring.bus.ring;

import com.lmax.disruptor.Sequence;

/**
 * For one publisher at a time, which publishes what it has claimed before it claims more. So the cursor is all there is to
 * keep: per message it is read once and stored once, in order (a release), and nothing is compared and set. What readers
 * have released is looked up again only when what was seen of it is used up.
 */
final class SinglePublisher extends Sequencing {
    private final int capacity;
    private final Sequence cursor = new Sequence();
    private final Sequence released;
    private final WakeSignal signal;
    private long releasedWhenSeen = -1;

    SinglePublisher(int capacity, Sequence released, WakeSignal signal) {
        this.capacity = capacity;
        this.released = released;
        this.signal = signal;
    }

    @Override
    long tryClaim(int count) {
        long last = cursor.get() + count;
        return last - capacity <= releasedWhenSeen || lookUpReleased() >= last - capacity ? last : -1;
    }

    private long lookUpReleased() {
        releasedWhenSeen = released.get();
        return releasedWhenSeen;
    }

    @Override
    void publish(long first, long last) {
        if (cursor.get() != first - 1) {
            throw new IllegalStateException(
                    "message " + first + " of a topic with a single publisher was published behind"
                            + " message " + cursor.get()
                            + ": two published at once, or one while it filled a message; use a topic"
                            + " for many publishers");
        }
        cursor.set(last);
        signal.signalAllWhenBlocking();
    }

    @Override
    long cursor() {
        return cursor.get();
    }

    @Override
    long publishedUpTo(long first, long upTo) {
        return Math.min(upTo, cursor.get());
    }

    @Override
    boolean isPublished(long sequence) {
        return sequence <= cursor.get();
    }
}
