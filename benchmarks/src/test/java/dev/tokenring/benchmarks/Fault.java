package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Lane.Receiver;
import org.jspecify.annotations.Nullable;

/** What a peer may do wrong, once, at the message with number {@value #AT}. */
enum Fault {
    NONE,
    LOST,
    DOUBLED,
    SWAPPED;

    static final int AT = 3;

    /** A lane on which it happens; it hands messages over on the thread that publishes them. */
    Lane lane(Receiver receiver) {
        return new FaultyLane(this, receiver);
    }

    private static final class FaultyLane implements Lane {
        private final Fault fault;
        private final Receiver receiver;
        private int published;
        private @Nullable Message heldBack;

        FaultyLane(Fault fault, Receiver receiver) {
            this.fault = fault;
            this.receiver = receiver;
        }

        @Override
        public void publish(Message message) {
            published++;
            if (fault == NONE || published != AT) {
                receiver.receive(message);
            } else if (fault == DOUBLED) {
                receiver.receive(message);
                receiver.receive(message);
            } else if (fault == SWAPPED) {
                heldBack = message;
                return;
            }
            if (heldBack != null) {
                receiver.receive(heldBack);
                heldBack = null;
            }
        }

        @Override
        public void close() {}
    }
}
