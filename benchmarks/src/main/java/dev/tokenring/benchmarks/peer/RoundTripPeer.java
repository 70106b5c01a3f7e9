package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.WaitStrategy;

/** Who carries request and reply, and how the caller waits. */
public enum RoundTripPeer {
    /** The bus; the caller spins in the bus's own call for that. */
    TOKENRING_SPIN,

    /** The bus; the caller joins the future. */
    TOKENRING_JOIN,

    /** The Disruptor by hand; the caller spins on the ring of the replies. */
    DISRUPTOR_TWO_RINGS_SPIN,

    /** The Disruptor by hand; the caller waits on the ring of the replies as the handler does on the other. */
    DISRUPTOR_TWO_RINGS,

    /** The Disruptor by hand, with a future for the reply; the caller spins on it. */
    DISRUPTOR_FUTURE_SPIN,

    /** The Disruptor by hand, with a future for the reply; the caller joins it. */
    DISRUPTOR_FUTURE_JOIN,

    /** The event bus of Vert.x; the caller spins on the future. */
    VERTX_SPIN,

    /** The event bus of Vert.x; the caller joins the future. */
    VERTX_JOIN;

    public Caller open(WaitStrategy waitStrategy) {
        return switch (this) {
            case TOKENRING_SPIN -> new TokenringCaller(waitStrategy, true);
            case TOKENRING_JOIN -> new TokenringCaller(waitStrategy, false);
            case DISRUPTOR_TWO_RINGS_SPIN -> new TwoRingsCaller(waitStrategy, true);
            case DISRUPTOR_TWO_RINGS -> new TwoRingsCaller(waitStrategy, false);
            case DISRUPTOR_FUTURE_SPIN -> new RingAndFutureCaller(waitStrategy, true);
            case DISRUPTOR_FUTURE_JOIN -> new RingAndFutureCaller(waitStrategy, false);
            case VERTX_SPIN -> new VertxCaller(true);
            case VERTX_JOIN -> new VertxCaller(false);
        };
    }
}
