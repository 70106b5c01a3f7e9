package dev.tokenring.bus;

/**
 * How many replies are enough for who asks all responders of a service.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class Gather {
    private static final Gather FIRST = new Gather(1, false);
    private static final Gather ALL = new Gather(Integer.MAX_VALUE, false);
    private static final Gather WHATEVER_COMES = new Gather(Integer.MAX_VALUE, true);

    private final int enough;
    private final boolean lenient;

    private Gather(int enough, boolean lenient) {
        this.enough = enough;
        this.lenient = lenient;
    }

    /**
     * The first reply is enough; the gathering fails if all responders fail.
     *
     * @return how to gather
     */
    public static Gather first() {
        return FIRST;
    }

    /**
     * So many replies are enough, and necessary.
     *
     * @param replies how many; 1 or more
     * @return how to gather
     * @throws IllegalArgumentException if the number is not 1 or more
     */
    public static Gather atLeast(int replies) {
        if (replies < 1) {
            throw new IllegalArgumentException("replies is " + replies + ": give 1 or more");
        }
        return new Gather(replies, false);
    }

    /**
     * Every responder has to reply.
     *
     * @return how to gather
     */
    public static Gather all() {
        return ALL;
    }

    /**
     * What came until every responder has replied or failed, or the deadline has passed; be it nothing.
     *
     * @return how to gather
     */
    public static Gather whateverComes() {
        return WHATEVER_COMES;
    }

    /** How many of so many responders have to reply. */
    int enoughOf(int responders) {
        return enough == Integer.MAX_VALUE ? responders : enough;
    }

    /** Whether fewer will do at the end. */
    boolean isLenient() {
        return lenient;
    }

    @Override
    public String toString() {
        if (lenient) {
            return "Gather[whatever comes]";
        }
        return enough == Integer.MAX_VALUE ? "Gather[all]" : "Gather[at least " + enough + "]";
    }
}
