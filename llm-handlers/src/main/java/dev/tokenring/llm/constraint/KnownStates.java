package dev.tokenring.llm.constraint;

import dev.tokenring.llm.constraint.TokenConstraint.Place;
import dev.tokenring.llm.constraint.TokenConstraint.State;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The states that constraints have come through, those of several together. When they take more than so much memory, all
 * are forgotten. Safe for use by any thread.
 *
 * <p>What is forgotten leads nowhere any more: a text that is still at such a state holds this one, and not all that was
 * ever found out behind it.
 */
public final class KnownStates {
    private static final long MOST_BYTES = 64 << 20;

    private record Key(TokenConstraint constraint, Set<Place> places) {}

    /** The states between one forgetting and the next. */
    static final class Era {
        private final Map<Key, State> states = new ConcurrentHashMap<>();
    }

    private final long mostBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private volatile Era era = new Era();

    /** Knows nothing yet. */
    public KnownStates() {
        this(MOST_BYTES);
    }

    KnownStates(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    Era era() {
        return era;
    }

    /** The state of these places, made if it is not known in the era. */
    State get(TokenConstraint constraint, Set<Place> places, Era present) {
        var key = new Key(constraint, places);
        State known = present.states.get(key);
        if (known != null) {
            return known;
        }
        State made = constraint.make(places, present);
        State before = present.states.putIfAbsent(key, made);
        if (before != null) {
            return before;
        }
        use(made.sizeBytes());
        return made;
    }

    /** Counts what is kept. */
    void use(long bytes) {
        if (usedBytes.addAndGet(bytes) > mostBytes) {
            usedBytes.set(0);
            Era past = era;
            era = new Era();
            past.states.values().forEach(State::forget);
            past.states.clear();
        }
    }
}
