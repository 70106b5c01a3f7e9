package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Which threads call a handler.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class Execution {
    private static final Execution OWN_THREAD = new Execution(null, false, null, 1);

    private final @Nullable String eventLoop;
    private final boolean virtual;
    private final @Nullable Executor executor;
    private final int maxRunning;

    private Execution(@Nullable String eventLoop, boolean virtual, @Nullable Executor executor, int maxRunning) {
        this.eventLoop = eventLoop;
        this.virtual = virtual;
        this.executor = executor;
        this.maxRunning = maxRunning;
    }

    /**
     * A thread of its own, which waits as the topic's {@link WaitStrategy} says: the default, and the fastest.
     *
     * @return the execution
     */
    public static Execution ownThread() {
        return OWN_THREAD;
    }

    /**
     * A thread that it shares with all others that name the same event loop, for topics that are quiet: one thread serves
     * hundreds of them, and waits {@linkplain WaitStrategy#ADAPTIVE adaptively}. Handlers there must not block.
     *
     * @param name names the loop on its bus: letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the execution
     * @throws IllegalArgumentException if the name is not of that form
     */
    public static Execution eventLoop(String name) {
        return new Execution(Names.valid("event loop", name), false, null, 1);
    }

    /**
     * A virtual thread for each message, for handlers that block; where the JVM has none (before 21), a pooled thread.
     * Messages are handled at the same time, hence in no order, unless the subscription has a key.
     *
     * @param maxRunning how many messages may be handled at the same time: 1 or more
     * @return the execution
     * @throws IllegalArgumentException if the number is not 1 or more
     */
    public static Execution virtualThreads(int maxRunning) {
        return new Execution(null, true, null, valid(maxRunning));
    }

    /**
     * The threads of an executor, which stays the caller's to shut down. Messages are handled at the same time, hence in
     * no order, unless the subscription has a key.
     *
     * @param executor runs the handler; if it rejects a message, or throws anything else, that counts as the handler's
     *     failure
     * @param maxRunning how many messages may be handled at the same time: 1 or more
     * @return the execution
     * @throws IllegalArgumentException if the number is not 1 or more
     */
    public static Execution executor(Executor executor, int maxRunning) {
        return new Execution(null, false, requireNonNull(executor, "executor"), valid(maxRunning));
    }

    private static int valid(int maxRunning) {
        if (maxRunning < 1) {
            throw new IllegalArgumentException("maxRunning is " + maxRunning + ": give 1 or more");
        }
        return maxRunning;
    }

    @Nullable String eventLoop() {
        return eventLoop;
    }

    boolean isVirtual() {
        return virtual;
    }

    @Nullable Executor executor() {
        return executor;
    }

    int maxRunning() {
        return maxRunning;
    }

    boolean isOwnThread() {
        return eventLoop == null && !isConcurrent();
    }

    /** Whether other threads than a loop's call the handler. */
    boolean isConcurrent() {
        return virtual || executor != null;
    }

    @Override
    public String toString() {
        if (eventLoop != null) {
            return "Execution[event loop " + eventLoop + "]";
        }
        return isConcurrent()
                ? "Execution[" + (virtual ? "virtual threads" : executor) + ", maxRunning=" + maxRunning + "]"
                : "Execution[own thread]";
    }
}
