package dev.tokenring.benchmarks.peer;

/** The thread that a queue needs on its far side: repeats a step until it is closed. */
final class HandlerThread implements AutoCloseable {
    /** Takes what there is, or waits a little. */
    interface Step {
        void run() throws InterruptedException;
    }

    private final Thread thread;
    private volatile boolean closed;

    HandlerThread(Step step) {
        thread = new Thread(
                () -> {
                    try {
                        while (!closed) {
                            step.run();
                        }
                    } catch (InterruptedException closing) {
                        Thread.currentThread().interrupt();
                    }
                },
                "handler");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until the thread has ended, for the step may use what is closed next. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the handler's thread ends", e);
        }
    }
}
