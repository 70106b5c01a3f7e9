package dev.tokenring.bus.thread;

import org.jspecify.annotations.Nullable;

/** What the calling thread is handling, so that what it asks for meanwhile can be tied to it. */
public final class Scope {
    private static final ThreadLocal<@Nullable Object> OF_OTHER_THREADS = new ThreadLocal<>();

    private Scope() {}

    /** What is being handled; null if nothing is. */
    public static @Nullable Object current() {
        return Thread.currentThread() instanceof BusThread thread ? thread.scope : OF_OTHER_THREADS.get();
    }

    /**
     * Says what is being handled from now on.
     *
     * @return what was before, to be restored afterwards
     */
    public static @Nullable Object enter(@Nullable Object handled) {
        Object before;
        if (Thread.currentThread() instanceof BusThread thread) {
            before = thread.scope;
            thread.scope = handled;
        } else {
            before = OF_OTHER_THREADS.get();
            OF_OTHER_THREADS.set(handled);
        }
        return before;
    }

    /** Does something that is part of nothing: that this thread does it, in the middle of something, is by chance. */
    public static void outside(Runnable work) {
        Object before = enter(null);
        try {
            work.run();
        } finally {
            enter(before);
        }
    }
}
