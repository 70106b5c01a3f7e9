package dev.tokenring.benchmarks.peer;

import org.jctools.queues.MpscArrayQueue;

/**
 * JCTools' bounded queue for many producers and one consumer. The relaxed offer does not ask whether the queue is really
 * full. The handler's thread drains what there is, and yields when there is nothing: meanwhile the publisher gets ahead, so
 * that the two seldom touch the same cache line, and each drain finds a hundred messages or more. A handler that polls for
 * one message at a time, or spins when there is none, stays at the publisher's heels and is several times slower. A publisher
 * that finds the queue full yields as well, or it would keep the handler from a core that they share.
 *
 * <p>See <a href="https://github.com/JCTools/JCTools">its README</a>, which recommends the relaxed calls and {@code
 * drain} for throughput.
 */
final class JctoolsLane implements Lane {
    private final MpscArrayQueue<Message> queue = new MpscArrayQueue<>(CAPACITY);
    private final HandlerThread handler;

    JctoolsLane(Receiver receiver) {
        handler = new HandlerThread(() -> {
            if (queue.drain(receiver::receive, CAPACITY) == 0) {
                Thread.yield();
            }
        });
    }

    @Override
    public void publish(Message message) {
        while (!queue.relaxedOffer(message)) {
            Thread.yield();
        }
    }

    @Override
    public void close() {
        handler.close();
    }
}
