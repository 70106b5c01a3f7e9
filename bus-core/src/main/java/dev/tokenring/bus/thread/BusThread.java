package dev.tokenring.bus.thread;

import org.jspecify.annotations.Nullable;

/** A thread that belongs to a bus. A daemon, so that a forgotten bus does not keep the JVM alive. */
public final class BusThread extends Thread {
    private final Object bus;

    /** For {@link Scope}, on this thread alone. */
    @Nullable Object scope;

    public BusThread(Object bus, String name, Runnable work) {
        super(work, name);
        this.bus = bus;
        setDaemon(true);
    }

    /** Whether the calling thread belongs to this bus, hence runs one of its handlers. */
    public static boolean isCurrent(Object bus) {
        return Thread.currentThread() instanceof BusThread thread && thread.bus == bus;
    }
}
