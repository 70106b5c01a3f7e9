package dev.tokenring.bus;

import java.lang.reflect.Method;

/**
 * What a thread has allocated. The bean that knows is called by reflection, for the module of the bus, to which its tests
 * belong when they are compiled, does not read {@code jdk.management}.
 */
public final class Allocation {
    private static final Object THREADS;
    private static final Method ALLOCATED_BYTES;

    static {
        try {
            THREADS = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            ALLOCATED_BYTES =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getThreadAllocatedBytes", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("this machine can't tell what a thread allocates", impossible);
        }
    }

    private Allocation() {}

    /** The bytes that one round allocates on the calling thread, on the average of many; tiny if it allocates nothing. */
    public static double bytesPerRound(Runnable round) {
        int rounds = 10_000;
        round.run();
        allocatedBytes();
        long before = allocatedBytes();
        for (int i = 0; i < rounds; i++) {
            round.run();
        }
        return (double) (allocatedBytes() - before) / rounds;
    }

    private static long allocatedBytes() {
        try {
            return (long) ALLOCATED_BYTES.invoke(THREADS, Thread.currentThread().getId());
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("this machine can't tell what a thread allocates", impossible);
        }
    }
}
