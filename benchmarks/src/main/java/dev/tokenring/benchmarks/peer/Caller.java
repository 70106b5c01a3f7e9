package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;

/**
 * The facade for asking: one thread asks, a handler on another answers with the very message it got, and the caller waits
 * for it. So a round trip allocates nothing but what carries it.
 */
public interface Caller extends AutoCloseable {
    /** Asks, and waits for the reply. One thread may call it. */
    Message ask(Message request);

    @Override
    void close();
}
