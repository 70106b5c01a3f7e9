package dev.tokenring.bus.ring;

import com.lmax.disruptor.Sequence;

/**
 * For any number of publishers at a time, where slots take references: a slot with a message in it is published, an empty
 * one is not. So publishers and readers pass each other one cache line for sixteen messages, and not another one with
 * flags; as do the queues of <a href="https://github.com/JCTools/JCTools">JCTools</a>.
 *
 * <p>That a slot is empty before it is claimed again is what {@link Readers} sees to. So up to a whole ring behind what is
 * released, a slot holds the message of its sequence or none, and readers need not even look at the cursor, which
 * publishers write all the time.
 */
final class ManyPublishersByReference extends Sequencing {
    private final Slots<?> slots;
    private final Sequence cursor = new Sequence();
    private final Sequence released;

    /** What a publisher saw of {@code released} when it last had to look. */
    private final Sequence releasedWhenSeen = new Sequence();

    private final WakeSignal signal;

    ManyPublishersByReference(Slots<?> slots, Sequence released, WakeSignal signal) {
        this.slots = slots;
        this.released = released;
        this.signal = signal;
    }

    @Override
    long tryClaim(int count) {
        long before;
        long last;
        do {
            before = cursor.get();
            last = before + count;
            long needed = last - slots.capacity();
            if (needed > releasedWhenSeen.get() && needed > lookUpReleased()) {
                return -1;
            }
        } while (!cursor.compareAndSet(before, last));
        return last;
    }

    private long lookUpReleased() {
        long seen = released.get();
        releasedWhenSeen.set(seen);
        return seen;
    }

    @Override
    void publish(long first, long last) {
        signal.signalAllWhenBlocking(); // the messages are in their slots already
    }

    @Override
    long cursor() {
        return cursor.get();
    }

    @Override
    long publishedUpTo(long first, long upTo) {
        long end = Math.min(upTo, released.get() + slots.capacity());
        long next = first;
        while (next <= end && slots.isFilled(next)) {
            next++;
        }
        return next - 1;
    }

    @Override
    boolean isPublished(long sequence) {
        long places = sequence - released.get();
        return places > 0 && places <= slots.capacity() && slots.isFilled(sequence);
    }
}
