package dev.tokenring.bus;

/**
 * Where a bus reports what handlers throw. The default writes to the {@link System.Logger} named {@code
 * dev.tokenring.bus}: the first of a kind with its stack, then the 10th, 100th, 1000th and so on as a count.
 *
 * <p>Called on the threads that handle messages, several at once: implementations must be safe for that, and quick. What
 * a sink throws itself is dropped.
 */
@FunctionalInterface
public interface ErrorSink {
    /**
     * Takes note of an error.
     *
     * @param error what was thrown, and where
     */
    void report(HandlerError error);
}
