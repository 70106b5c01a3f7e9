package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Receiver;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jctools.queues.MpmcArrayQueue;

/** Who shares out messages among the members of a group. */
public enum GroupPeer {
    /** The bus: a group. */
    TOKENRING("Tokenring"),

    /**
     * The Disruptor by hand: everybody looks at all messages, and handles those whose number is his. Who is slow holds up his
     * share, and with it the ring.
     */
    DISRUPTOR_FIXED_SHARES("Disruptor by hand, fixed shares"),

    /** The JDK's bounded queue with a lock, from which each member takes. */
    ARRAY_BLOCKING_QUEUE("ArrayBlockingQueue"),

    /**
     * JCTools' bounded queue for many producers and many consumers. Who finds it empty, or full, yields: see {@link
     * JctoolsLane}.
     */
    JCTOOLS_MPMC("JCTools MPMC");

    private final String displayName;

    GroupPeer(String displayName) {
        this.displayName = displayName;
    }

    /** What it is called on the page. */
    public String displayName() {
        return displayName;
    }

    /** Opens a lane on which each message goes to one of the members, each of which has a thread of its own. */
    public Lane open(WaitStrategy waitStrategy, Receiver... members) {
        return switch (this) {
            case TOKENRING -> new TokenringGroup(waitStrategy, members);
            case DISRUPTOR_FIXED_SHARES -> new DisruptorFixedShares(waitStrategy, members);
            case ARRAY_BLOCKING_QUEUE -> ofBlockingQueue(new ArrayBlockingQueue<>(Lane.CAPACITY), members);
            case JCTOOLS_MPMC -> ofJctools(new MpmcArrayQueue<>(Lane.CAPACITY), members);
        };
    }

    private static Lane ofBlockingQueue(BlockingQueue<Lane.Message> queue, Receiver... members) {
        return new QueueGroup(
                message -> {
                    try {
                        queue.put(message);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted while the queue is full", e);
                    }
                },
                queue::take,
                members);
    }

    private static Lane ofJctools(MpmcArrayQueue<Lane.Message> queue, Receiver... members) {
        return new QueueGroup(
                message -> {
                    while (!queue.offer(message)) {
                        Thread.yield();
                    }
                },
                () -> {
                    Lane.Message message = queue.poll();
                    if (message == null) {
                        Thread.yield();
                    }
                    return message;
                },
                members);
    }
}
