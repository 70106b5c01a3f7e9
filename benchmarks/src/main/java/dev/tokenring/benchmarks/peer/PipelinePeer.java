package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;

/** Who carries messages from stage to stage. */
public enum PipelinePeer {
    /** The bus: a topic before each stage. */
    TOKENRING,

    /** The Disruptor by hand, in the same shape: a ring before each stage. */
    DISRUPTOR,

    /** The Disruptor by hand, with the stages behind each other on one ring. */
    DISRUPTOR_ONE_RING;

    public Lane open(WaitStrategy waitStrategy, Receiver... stages) {
        return switch (this) {
            case TOKENRING -> new TokenringPipeline(waitStrategy, stages);
            case DISRUPTOR -> new DisruptorPipeline(waitStrategy, stages);
            case DISRUPTOR_ONE_RING -> new DisruptorOneRingPipeline(waitStrategy, stages);
        };
    }
}
