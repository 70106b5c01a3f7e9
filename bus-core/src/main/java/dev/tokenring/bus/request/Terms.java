package dev.tokenring.bus.request;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** What all requests of one service on one bus have in common, and how many of them ended badly. */
public final class Terms<R> {
    private final String service;
    private final Clock clock;
    private final @Nullable BinaryOperator<R> merge;
    private final Surroundings surroundings;
    /** One for each failure; the map itself is filled at once, and left alone then. */
    private final Map<RequestFailure, LongAdder> endsByFailure = new EnumMap<>(RequestFailure.class);

    /**
     * Sets the terms.
     *
     * @param merge puts the parts of a reply together for who wants one; null if there are no parts
     * @param surroundings the bus
     */
    public Terms(String service, Clock clock, @Nullable BinaryOperator<R> merge, Surroundings surroundings) {
        this.service = service;
        this.clock = clock;
        this.merge = merge;
        this.surroundings = surroundings;
        for (RequestFailure failure : RequestFailure.values()) {
            endsByFailure.put(failure, new LongAdder());
        }
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

    Surroundings surroundings() {
        return surroundings;
    }

    /** Counts a request that has ended without a reply. */
    void count(RequestFailure failure) {
        ends(failure).increment();
    }

    /** How many requests have ended like this. */
    public long endedBy(RequestFailure failure) {
        return ends(failure).sum();
    }

    private LongAdder ends(RequestFailure failure) {
        return requireNonNull(endsByFailure.get(failure));
    }
}
