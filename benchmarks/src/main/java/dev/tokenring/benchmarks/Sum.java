package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.Lane.Message;

/** The handler's side: adds up the messages, and lets the publisher wait for the last of them. One thread handles. */
final class Sum {
    private long total;
    private long count;
    private volatile long announced;

    /** Handles one message. */
    void add(Message message) {
        total += message.value();
        count++;
        if (message.value() == 0) {
            announced = count;
        }
    }

    /** Waits until this many messages were handled, the last of which has the value 0; gives the sum of all. */
    long await(long messages) {
        while (announced < messages) {
            Thread.onSpinWait();
        }
        return total;
    }
}
