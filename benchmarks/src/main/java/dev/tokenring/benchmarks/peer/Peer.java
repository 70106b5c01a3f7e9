package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Who carries messages by reference to another thread, each in its own best configuration, for which its class gives the
 * reasons. A new peer is one class that implements {@link Lane}, and one constant here, with its name: the charts, the table
 * of promises and the tests take all constants.
 */
@SuppressWarnings("ImmutableEnumChecker") // the openers are constructors, which nothing can change
public enum Peer {
    /** This project's bus, on a topic that any number of threads may publish to. */
    TOKENRING("Tokenring", TokenringLane::new),

    /** What one would write by hand on the Disruptor for the same job, as its documentation has it. */
    DISRUPTOR("Disruptor by hand", DisruptorLane::new),

    /** The same, with a way to wait that nobody finds in its documentation, but that makes it much faster. */
    DISRUPTOR_GATHERING("gathering Disruptor", toOneThatWaits(DisruptorGatheringLane::new)),

    /** The JDK's bounded queue with a lock. */
    ARRAY_BLOCKING_QUEUE("ArrayBlockingQueue", toOne(ArrayBlockingQueueLane::new)),

    /** The JDK's unbounded queue without a lock. */
    LINKED_TRANSFER_QUEUE("LinkedTransferQueue", toOne(LinkedTransferQueueLane::new)),

    /** JCTools' bounded queue for many producers and one consumer. */
    JCTOOLS_MPSC("JCTools MPSC", toOne(JctoolsLane::new)),

    /** Guava's asynchronous event bus. */
    GUAVA_ASYNC_EVENT_BUS("Guava AsyncEventBus", toOne(GuavaLane::new)),

    /** MBassador's asynchronous publication. */
    MBASSADOR("MBassador", toOne(MbassadorLane::new)),

    /** A local send on the event bus of Vert.x. */
    VERTX_LOCAL_EVENT_BUS("Vert.x event bus", toOne(VertxLane::new)),

    /** Reactor's unicast sink. */
    REACTOR_SINK("Reactor sink", toOne(ReactorLane::new)),

    /** A message told to an actor of Pekko. */
    PEKKO_TELL("Pekko tell", toOne(PekkoLane::new)),

    /** Aeron's channel between processes, used within one; messages cross as bytes. */
    AERON_IPC("Aeron IPC", toOne(AeronLane::new));

    /** Opens a lane to any number of receivers whose threads wait as they are told. */
    private interface Opener {
        Lane open(WaitStrategy waitStrategy, Receiver... receivers);
    }

    private final String displayName;
    private final Opener opener;

    Peer(String displayName, Opener opener) {
        this.displayName = displayName;
        this.opener = opener;
    }

    /** For a peer that waits in its own way, and is measured with one receiver. */
    private static Opener toOne(Function<Receiver, Lane> opener) {
        return toOneThatWaits((waitStrategy, receiver) -> opener.apply(receiver));
    }

    /** For a peer that waits as it is told, and is measured with one receiver. */
    private static Opener toOneThatWaits(BiFunction<WaitStrategy, Receiver, Lane> opener) {
        return (waitStrategy, receivers) -> {
            if (receivers.length != 1) {
                throw new IllegalArgumentException(
                        "only TOKENRING and DISRUPTOR are measured with " + receivers.length + " handlers");
            }
            return opener.apply(waitStrategy, receivers[0]);
        };
    }

    /** What it is called on the page. */
    public String displayName() {
        return displayName;
    }

    /**
     * Opens a lane on which each receiver, on a thread of its own, gets every message.
     *
     * @param waitStrategy how those threads wait, where the peer lets one choose
     */
    public Lane open(WaitStrategy waitStrategy, Receiver... receivers) {
        return opener.open(waitStrategy, receivers);
    }
}
