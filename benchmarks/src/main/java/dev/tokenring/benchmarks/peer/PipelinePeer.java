package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;

/** Who carries messages from stage to stage. */
public enum PipelinePeer {
    /** The bus: a topic before each stage. */
    TOKENRING("a topic before each stage"),

    /** The Disruptor by hand, in the same shape: a ring before each stage. */
    DISRUPTOR("a ring before each stage"),

    /** The Disruptor by hand, with the stages behind each other on one ring. */
    DISRUPTOR_ONE_RING("one ring for all stages");

    private final String shape;

    PipelinePeer(String shape) {
        this.shape = shape;
    }

    /** What it is made of, as the page has it. */
    public String shape() {
        return shape;
    }

    public Lane open(WaitStrategy waitStrategy, Receiver... stages) {
        return switch (this) {
            case TOKENRING -> new TokenringPipeline(waitStrategy, stages);
            case DISRUPTOR -> new DisruptorPipeline(waitStrategy, stages);
            case DISRUPTOR_ONE_RING -> new DisruptorOneRingPipeline(waitStrategy, stages);
        };
    }
}
