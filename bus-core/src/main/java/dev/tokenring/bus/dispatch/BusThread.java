package dev.tokenring.bus.dispatch;

/** A thread that belongs to a bus. A daemon, so that a forgotten bus does not keep the JVM alive. */
public final class BusThread extends Thread {
    private final Object bus;

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
