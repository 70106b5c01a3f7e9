package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;
import java.util.function.Function;

/**
 * Who carries messages by reference to another thread, each in its own best configuration, for which its class gives the
 * reasons. Adding a peer is one class, named here.
 */
@SuppressWarnings("ImmutableEnumChecker") // the fields are constructors, which nothing can change
public enum Peer {
    /** This project's bus, on a topic that any number of threads may publish to. */
    TOKENRING(TokenringLane::new),

    /** What one would write by hand on the Disruptor for the same job. */
    DISRUPTOR(DisruptorLane::new),

    /** The JDK's bounded queue with a lock. */
    ARRAY_BLOCKING_QUEUE(toOne(ArrayBlockingQueueLane::new)),

    /** The JDK's unbounded queue without a lock. */
    LINKED_TRANSFER_QUEUE(toOne(LinkedTransferQueueLane::new)),

    /** JCTools' bounded queue for many producers and one consumer. */
    JCTOOLS_MPSC(toOne(JctoolsLane::new)),

    /** Guava's asynchronous event bus. */
    GUAVA_ASYNC_EVENT_BUS(toOne(GuavaLane::new)),

    /** MBassador's asynchronous publication. */
    MBASSADOR(toOne(MbassadorLane::new)),

    /** A local send on the event bus of Vert.x. */
    VERTX_LOCAL_EVENT_BUS(toOne(VertxLane::new)),

    /** Reactor's unicast sink. */
    REACTOR_SINK(toOne(ReactorLane::new)),

    /** A message told to an actor of Pekko. */
    PEKKO_TELL(toOne(PekkoLane::new)),

    /** Aeron's channel between processes, used within one; messages cross as bytes. */
    AERON_IPC(toOne(AeronLane::new));

    /** Opens a lane to any number of receivers whose threads wait as they are told. */
    private interface Opener {
        Lane open(WaitStrategy waitStrategy, Receiver... receivers);
    }

    private final Opener opener;

    Peer(Opener opener) {
        this.opener = opener;
    }

    /** For a peer that waits in its own way, and is measured with one receiver. */
    private static Opener toOne(Function<Receiver, Lane> opener) {
        return (waitStrategy, receivers) -> {
            if (receivers.length != 1) {
                throw new IllegalArgumentException(
                        "only TOKENRING and DISRUPTOR are measured with " + receivers.length + " handlers");
            }
            return opener.apply(receivers[0]);
        };
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
