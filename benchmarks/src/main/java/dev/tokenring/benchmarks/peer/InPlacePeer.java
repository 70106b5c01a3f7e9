package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.WaitStrategy;
import java.util.function.LongConsumer;

/** Who carries the values, and how a slot is filled. */
public enum InPlacePeer {
    /** The bus: a slot is claimed, filled and committed. */
    TOKENRING_CLAIM,

    /** The bus: a function fills the slot from an argument. */
    TOKENRING_FILLER,

    /** The Disruptor by hand: a sequence is claimed, its slot filled, and the sequence published. */
    DISRUPTOR_CLAIM,

    /** The Disruptor by hand: a translator fills the slot from an argument. */
    DISRUPTOR_TRANSLATOR;

    public InPlaceLane open(WaitStrategy waitStrategy, LongConsumer receiver) {
        return switch (this) {
            case TOKENRING_CLAIM -> TokenringInPlaceLane.claiming(waitStrategy, receiver);
            case TOKENRING_FILLER -> TokenringInPlaceLane.filling(waitStrategy, receiver);
            case DISRUPTOR_CLAIM -> DisruptorInPlaceLane.claiming(waitStrategy, receiver);
            case DISRUPTOR_TRANSLATOR -> DisruptorInPlaceLane.translating(waitStrategy, receiver);
        };
    }
}
