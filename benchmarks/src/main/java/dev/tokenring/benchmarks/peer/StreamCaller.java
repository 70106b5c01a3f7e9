package dev.tokenring.benchmarks.peer;

/** The facade for asking for a stream: one thread asks, a handler on another answers in parts. */
public interface StreamCaller extends AutoCloseable {
    /**
     * How many requests take turns. Each has parts of its own, so that neither the reply before passes for it, nor what is
     * still in a ring from the lap before, for which their number must not divide that of the replies in a ring.
     */
    int REQUESTS = 3;

    /** What the caller does with a part. Called for one part at a time. */
    interface Reader {
        void read(int part);
    }

    /**
     * Asks, and returns when the reader had the last part. One thread may call it.
     *
     * @param request from 0 to {@link #REQUESTS} - 1
     */
    void ask(Integer request, Reader reader);

    /**
     * The parts of the reply to each request, numbered through: made once, sent many times, so that only the sending is
     * measured.
     */
    static Integer[][] replies(int parts) {
        var replies = new Integer[REQUESTS][parts];
        for (int i = 0; i < REQUESTS * parts; i++) {
            replies[i / parts][i % parts] = i;
        }
        return replies;
    }

    @Override
    void close();
}
