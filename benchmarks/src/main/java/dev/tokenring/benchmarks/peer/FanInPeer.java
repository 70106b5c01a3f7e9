package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;

/** Who carries messages from many topics to one handler. */
public enum FanInPeer {
    /** The bus: one subscription to a pattern. */
    TOKENRING("a pattern"),

    /** The Disruptor by hand: all topics share one ring. */
    DISRUPTOR_ONE_RING("one ring for all"),

    /** The Disruptor by hand: a ring for each topic, and one thread that polls them in turn. */
    DISRUPTOR_POLLED("a ring each, polled in turn");

    private final String shape;

    FanInPeer(String shape) {
        this.shape = shape;
    }

    /** What it is made of, as the page has it. */
    public String shape() {
        return shape;
    }

    /** Opens a lane that publishes to so many topics in turn. For one publishing thread. */
    public Lane open(WaitStrategy waitStrategy, int topics, Receiver receiver) {
        return switch (this) {
            case TOKENRING -> new TokenringFanIn(waitStrategy, topics, receiver);
            case DISRUPTOR_ONE_RING -> new DisruptorLane(waitStrategy, receiver);
            case DISRUPTOR_POLLED -> new DisruptorPolledRings(topics, receiver);
        };
    }
}
