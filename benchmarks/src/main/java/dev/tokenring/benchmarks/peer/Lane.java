package dev.tokenring.benchmarks.peer;

/**
 * The facade behind which every peer carries messages, by reference, from the threads that publish to handlers on other
 * threads.
 */
public interface Lane extends AutoCloseable {
    /** The message: made once, published many times, so that only the passing on is measured. */
    record Message(long value) {
        /** Makes so many messages; their values count up from 1. */
        public static Message[] numbered(int messages) {
            var numbered = new Message[messages];
            for (int i = 0; i < messages; i++) {
                numbered[i] = new Message(i + 1);
            }
            return numbered;
        }
    }

    /** The handler's work. Called by one thread. */
    interface Receiver {
        void receive(Message message);
    }

    /** The number of messages that wait for their handler at most, where a peer can be told so. */
    int CAPACITY = 1024;

    /** Publishes one message; waits while the lane is full, if it can be. Any thread may call it. */
    void publish(Message message);

    /** Publishes these messages, one by one. */
    default void publishEach(Message... messages) {
        for (Message message : messages) {
            publish(message);
        }
    }

    @Override
    void close();
}
