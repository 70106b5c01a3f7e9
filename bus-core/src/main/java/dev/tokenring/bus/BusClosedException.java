package dev.tokenring.bus;

/** The bus is closing or closed, and what was asked of it was not done. */
public final class BusClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Says which bus is closed and what was refused.
     *
     * @param bus the name of the bus
     * @param refused what was not done, such as {@code "publish to alerts"}
     */
    public BusClosedException(String bus, String refused) {
        super("bus " + bus + " is closed: refused to " + refused + "; open another bus, or stop using this one");
    }

    private BusClosedException(String message) {
        super(message);
    }

    /** Says that the bus is open, but has the topic no more. */
    static BusClosedException ofRemoved(String bus, String topic) {
        return new BusClosedException(
                "topic " + topic + " was removed from bus " + bus + ": refused to publish to it; ask the"
                        + " bus for its publisher again, which adds the topic anew, or stop publishing");
    }
}
