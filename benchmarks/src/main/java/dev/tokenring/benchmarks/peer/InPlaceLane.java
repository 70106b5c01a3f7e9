package dev.tokenring.benchmarks.peer;

/** The facade for messages in place: values written into objects that the slots own, by one thread. */
public interface InPlaceLane extends AutoCloseable {
    /** The object in a slot. */
    final class Cell {
        private long value;

        void set(long value) {
            this.value = value;
        }

        long value() {
            return value;
        }
    }

    /** Publishes one value; waits while the ring is full. One thread may call it. */
    void publish(long value);

    @Override
    void close();
}
