package dev.tokenring.bus;

/**
 * What happens when a handler is called with a message and does not come back. Whichever is chosen, the handler is first
 * reported once, as a {@link StuckHandlerException} with its topic, subscription, lag, thread and stack; and the call
 * itself is left alone, for nothing can end it safely but the handler; when the bus closes, its thread is interrupted.
 *
 * <p>Of a handler that is stuck the messages are given up in any other way than {@link #WAIT} only where they don't lie in
 * place: there the handler may still be writing to the slot.
 *
 * <p>For a service, to become a dead letter means to fail: the request that the handler is stuck at with {@link
 * RequestFailure#HANDLER_FAILED}, those that wait for it with {@link RequestFailure#NO_HANDLER}.
 *
 * <p>On a bus that is driven by a {@link Stepper} none of this happens, and nothing is reported: the thread that would have
 * to notice is the one that is stuck. Test it on a bus with threads and a short {@link BusOptions#withStuckAfter}.
 */
public enum StuckPolicy {
    /**
     * The report is all: the messages behind wait until the handler comes back. Right where order matters more than
     * progress, and where somebody reads the reports. While it lasts, a lossless subscription holds back the publishers of
     * its topic as soon as the ring is full.
     */
    WAIT,

    /**
     * The subscription leaves its topic, so that it holds back nobody. The messages that waited for it become dead letters,
     * and so does the one that the handler is stuck at. Right where the handler can't be trusted any more.
     */
    DETACH,

    /**
     * The message that the handler is stuck at becomes a dead letter, and a new thread goes on with the next one. Right
     * where the fault lies in single messages. The old thread stays until its call comes back, and what that returns or
     * throws counts for nothing; so the handler must bear being called by two threads at once.
     */
    DIVERT
}
