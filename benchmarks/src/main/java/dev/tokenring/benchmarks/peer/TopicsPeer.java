package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.Execution;
import dev.tokenring.bus.WaitStrategy;

/** Who carries messages to many topics. All wait adaptively: no other way suits a thousand threads. */
public enum TopicsPeer {
    /** The bus, with a thread for each subscription, which is its default. */
    TOKENRING("Tokenring"),

    /** The bus, with one thread for all subscriptions. */
    TOKENRING_EVENT_LOOP("Tokenring, one event loop"),

    /** The Disruptor by hand, with a thread for each ring. */
    DISRUPTOR("Disruptor by hand");

    private final String displayName;

    TopicsPeer(String displayName) {
        this.displayName = displayName;
    }

    /** What it is called on the page. */
    public String displayName() {
        return displayName;
    }

    public Lane open(Receiver... receivers) {
        return switch (this) {
            case TOKENRING -> new TokenringTopicsLane(Execution.ownThread(), WaitStrategy.ADAPTIVE, receivers);
            case TOKENRING_EVENT_LOOP ->
                new TokenringTopicsLane(Execution.eventLoop("shared"), WaitStrategy.ADAPTIVE, receivers);
            case DISRUPTOR -> new DisruptorTopicsLane(WaitStrategy.ADAPTIVE, receivers);
        };
    }
}
