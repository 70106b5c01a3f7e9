package dev.tokenring.benchmarks.peer;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A queue from which the members of a group take, each on a thread of its own, one message at a time. */
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
