package dev.tokenring.bus.thread;

import org.jspecify.annotations.Nullable;

/** A thread that belongs to a bus. A daemon, so that a forgotten bus does not keep the JVM alive. */
public final class BusThread extends Thread {
    /** For whom a thread works at the moment that belongs to nobody here, such as a virtual one. */
    private static final ThreadLocal<@Nullable Object> WORKS_FOR = new ThreadLocal<>();

    private final Object bus;

    /** For {@link Scope}, on this thread alone. */
    @Nullable Object scope;

    public BusThread(Object bus, String name, Runnable work) {
        super(work, name);
        this.bus = bus;
        setDaemon(true);
    }

    /**
     * Has the calling thread, whoever it belongs to, count as one of a bus from now on.
     *
     * @return for whom it worked before, to be restored afterwards
     */
    public static @Nullable Object workFor(@Nullable Object bus) {
        Object before = WORKS_FOR.get();
        if (bus == null) {
            WORKS_FOR.remove();
        } else {
            WORKS_FOR.set(bus);
        }
        return before;
    }

    /** Whether the calling thread belongs to this bus or works for it, hence runs one of its handlers. */
    public static boolean isCurrent(Object bus) {
        return (Thread.currentThread() instanceof BusThread thread && thread.bus == bus) || WORKS_FOR.get() == bus;
    }
}
