package dev.tokenring.benchmarks;

import dev.tokenring.bus.WaitStrategy;

/**
 * The facade behind which every peer carries messages from the benchmark's thread to one handler on another. Adding a
 * peer is one class and one constant of {@link Kind}.
 */
interface Lane extends AutoCloseable {
    /** The message: made once, published many times, so that only the passing on is measured. */
    record Message(long value) {}

    /** The number of slots of every peer's ring. */
    int CAPACITY = 1024;

    /** The peers. */
    enum Kind {
        /** This project's bus, by reference, any number of publishing threads allowed. */
        TOKENRING {
            @Override
            Lane open(WaitStrategy waitStrategy, Sum sum) {
                return new TokenringLane(waitStrategy, sum);
            }
        },

        /** What one would write by hand on the Disruptor for the same job. */
        DISRUPTOR {
            @Override
            Lane open(WaitStrategy waitStrategy, Sum sum) {
                return new DisruptorLane(waitStrategy, sum);
            }
        };

        abstract Lane open(WaitStrategy waitStrategy, Sum sum);
    }

    /** Publishes one message; waits while the ring is full. */
    void publish(Message message);

    @Override
    void close();
}
