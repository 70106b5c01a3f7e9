package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.WaitStrategy;

/** Who carries a request and a reply in parts. */
public enum StreamPeer {
    /** The bus: a service that streams. The reader is called on the handler's thread, and the caller joins the end. */
    TOKENRING("a stream"),

    /** The Disruptor by hand: a ring there and a ring back, on which the caller waits as the handler does on the other. */
    DISRUPTOR_TWO_RINGS("a ring there and a ring back");

    private final String shape;

    StreamPeer(String shape) {
        this.shape = shape;
    }

    /** What it is made of, as the page has it. */
    public String shape() {
        return shape;
    }

    /** Opens it, with a handler that answers in so many parts. */
    public StreamCaller open(WaitStrategy waitStrategy, int parts) {
        return switch (this) {
            case TOKENRING -> new TokenringStreamCaller(waitStrategy, parts);
            case DISRUPTOR_TWO_RINGS -> new TwoRingsStreamCaller(waitStrategy, parts);
        };
    }
}
