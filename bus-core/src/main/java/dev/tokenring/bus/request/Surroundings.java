package dev.tokenring.bus.request;

/** What the requests of a bus need of it. Safe for use by any thread. */
public interface Surroundings {
    /**
     * Runs what tells a caller how a request has ended, now or soon, and on this thread or another: as part of nothing that
     * is being handled here.
     */
    void tell(Runnable news);

    /** Takes note of what a subscriber or a cancel action has thrown, which nobody else would hear of. */
    void userCodeThrew(String service, Throwable thrown);

    /** Whether it is the calling thread that steps the bus, so that nothing happens while it waits. */
    boolean isStepping();
}
