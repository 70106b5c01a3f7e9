package dev.tokenring.bus.request;

import dev.tokenring.bus.time.Clock;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all requests of one service on one bus have in common, and how many of them ended badly. */
public final class Terms<R> {
    private final String service;
    private final Clock clock;
    private final @Nullable BinaryOperator<R> merge;
    private final Consumer<Throwable> userCodeThrew;
    private final LongAdder failures = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder cancellations = new LongAdder();
    private final LongAdder sheds = new LongAdder();

    /**
     * Sets the terms.
     *
     * @param merge puts the parts of a reply together for who wants one; null if there are no parts
     * @param userCodeThrew told what a subscriber or a cancel action throws, which nobody else would hear of
     */
    public Terms(String service, Clock clock, @Nullable BinaryOperator<R> merge, Consumer<Throwable> userCodeThrew) {
        this.service = service;
        this.clock = clock;
        this.merge = merge;
        this.userCodeThrew = userCodeThrew;
    }

    String service() {
        return service;
    }

    Clock clock() {
        return clock;
    }

    @Nullable BinaryOperator<R> merge() {
        return merge;
    }

    void userCodeThrew(Throwable cause) {
        userCodeThrew.accept(cause);
    }

    void count(RequestEnd end) {
        switch (end) {
            case TIMEOUT -> timeouts.increment();
            case CANCELLED -> cancellations.increment();
            case OVERLOADED -> sheds.increment();
            case FAILED -> failures.increment();
        }
    }

    /** The ways of ending without a reply that are told apart when counting. */
    enum RequestEnd {
        TIMEOUT,
        CANCELLED,
        OVERLOADED,
        FAILED
    }

    /** How many requests failed in the handler, or for want of one. */
    public long failures() {
        return failures.sum();
    }

    /** How many requests were not answered in time. */
    public long timeouts() {
        return timeouts.sum();
    }

    /** How many requests were cancelled by the caller. */
    public long cancellations() {
        return cancellations.sum();
    }

    /** How many requests were refused or dropped because there were too many. */
    public long sheds() {
        return sheds.sum();
    }
}
