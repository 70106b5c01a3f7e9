package dev.tokenring.benchmarks.peer;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue from which the members of a group take, each on a thread of its own, one message at a time. To take several at
 * once ({@code drainTo}, {@code drain}) would be faster, but not the same job: what one member has taken and not begun, no
 * other can have, though it be free, and whoever is slow holds up more than the message at hand.
 *
 * <p>How the queues are waited at is what is best for each: members that find the JDK's empty sleep in {@code take}, which
 * is <a href="https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/concurrent/BlockingQueue.html">what
 * its documentation</a> shows; <a href="https://github.com/JCTools/JCTools">JCTools'</a> queue can't be slept at, so they
 * yield.
 */
final class QueueGroup implements Lane {
    private final Consumer<Message> put;
    private final HandlerThread[] members;

    /** Takes what comes next, or null after having waited a little. */
    interface Take {
        @Nullable Message next() throws InterruptedException;
    }

    QueueGroup(Consumer<Message> put, Take take, Receiver... members) {
        this.put = put;
        this.members = Stream.of(members)
                .map(member -> new HandlerThread(() -> {
                    Message message = take.next();
                    if (message != null) {
                        member.receive(message);
                    }
                }))
                .toArray(HandlerThread[]::new);
    }

    @Override
    public void publish(Message message) {
        put.accept(message);
    }

    @Override
    public void close() {
        Stream.of(members).forEach(HandlerThread::close);
    }
}
