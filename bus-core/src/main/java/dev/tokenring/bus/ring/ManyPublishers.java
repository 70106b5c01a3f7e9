package dev.tokenring.bus.ring;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.MultiProducerSequencer;
import com.lmax.disruptor.Sequence;

/** For any number of publishers at a time, where slots own their messages: the Disruptor's own, with a flag for each slot. */
final class ManyPublishers extends Sequencing {
    private final MultiProducerSequencer sequencer;

    ManyPublishers(int capacity, Sequence released, WakeSignal signal) {
        sequencer = new MultiProducerSequencer(capacity, signal);
        sequencer.addGatingSequences(released);
    }

    @Override
    long tryClaim(int count) {
        try {
            return sequencer.tryNext(count);
        } catch (InsufficientCapacityException full) {
            return -1;
        }
    }

    @Override
    void publish(long first, long last) {
        if (first == last) {
            sequencer.publish(last);
        } else {
            sequencer.publish(first, last);
        }
    }

    @Override
    long cursor() {
        return sequencer.getCursor();
    }

    @Override
    long publishedUpTo(long first, long upTo) {
        long end = Math.min(upTo, sequencer.getCursor());
        return end < first ? first - 1 : sequencer.getHighestPublishedSequence(first, end);
    }

    @Override
    boolean isPublished(long sequence) {
        return sequencer.isAvailable(sequence);
    }
}
