package dev.tokenring.benchmarks.peer;

/** The facade for asking for a stream: one thread asks, a handler on another answers in parts, which are numbered from 0. */
public interface StreamCaller extends AutoCloseable {
    /** What the caller does with a part. Called for one part at a time. */
    interface Reader {
        void read(int part);
    }

    /** Asks, and returns when the reader had the last part. One thread may call it. */
    void ask(Reader reader);

    /** The parts of a reply: made once, sent many times, so that only the sending is measured. */
    static Integer[] parts(int count) {
        var parts = new Integer[count];
        for (int i = 0; i < count; i++) {
            parts[i] = i;
        }
        return parts;
    }

    @Override
    void close();
}
