package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;

/** Who carries messages through a diamond. */
public enum DiamondPeer {
    /** The bus: a topic for both sides, and one for what each of them is done with. */
    TOKENRING("three topics"),

    /** The Disruptor by hand: one ring, on which the join waits for both sides. */
    DISRUPTOR("a graph on one ring");

    private final String shape;

    DiamondPeer(String shape) {
        this.shape = shape;
    }

    /** What it is made of, as the page has it. */
    public String shape() {
        return shape;
    }

    /**
     * Opens a lane through a diamond.
     *
     * @param left gets every message
     * @param right gets every message, on another thread
     * @param join gets a message when both are done with it
     */
    public Lane open(WaitStrategy waitStrategy, Receiver left, Receiver right, Receiver join) {
        return switch (this) {
            case TOKENRING -> new TokenringDiamond(waitStrategy, left, right, join);
            case DISRUPTOR -> new DisruptorDiamond(waitStrategy, left, right, join);
        };
    }
}
