package dev.tokenring.bus.ring;

/**
 * A full fence on all threads at once, so that the threads on the fast path need none of their own.
 *
 * <p>Dekker's argument needs a fence on both sides, and on the publisher's side that would cost more than all the rest of
 * publishing. The operating system's answer is {@code membarrier(2)}. The JVM's is the safepoint: to dump the stacks of
 * all threads it stops each of them between two steps of its program, and a stopped thread's writes are visible. Takes
 * about a millisecond; used once in the life of a ring.
 */
final class GlobalFence {
    private GlobalFence() {}

    static void run() {
        if (Thread.getAllStackTraces().isEmpty()) {
            throw new AssertionError("the calling thread itself has a stack");
        }
    }
}
