package dev.tokenring.bus;

import dev.tokenring.bus.request.Exchange;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admission of one request to a service that may be full. If it is, the newcomer takes the place of a request that is
 * over before it was started, or else of the one that matters least, which may be the newcomer itself.
 *
 * <p>One at a time: so there are never more than the service has capacity for, and none takes the place of another that is
 * still looking for its own. Whoever was dropped is told after that, since nobody must wait for what a caller does then.
 */
final class Admission<Q, R> {
    private final int capacity;
    private final Supplier<List<Responder<Q, R>>> responders;
    private final Exchange<Q, R> newcomer;
    private boolean withoutSlot = true;
    private @Nullable Exchange<Q, R> dropped;

    Admission(int capacity, Supplier<List<Responder<Q, R>>> responders, Exchange<Q, R> newcomer) {
        this.capacity = capacity;
        this.responders = responders;
        this.newcomer = newcomer;
    }

    PublishOutcome admitTo(Desk<Q, R> desk) {
        PublishOutcome outcome;
        synchronized (desk.admitting()) {
            outcome = admit();
        }
        if (withoutSlot) {
            desk.countWithoutSlot();
        }
        if (dropped != null) {
            dropped.shed();
        }
        return outcome;
    }

    private PublishOutcome admit() {
        while (true) {
            List<Responder<Q, R>> present = responders.get();
            if (present.isEmpty()) {
                return PublishOutcome.NO_SUBSCRIPTION;
            }
            PublishOutcome outcome = offerSlot(present);
            if (outcome == PublishOutcome.BACK_PRESSURED) {
                outcome = findPlace(present);
            }
            boolean hasLeft = outcome == PublishOutcome.CLOSED && !present.equals(responders.get());
            if (outcome != null && !hasLeft) {
                return outcome;
            }
        }
    }

    /** Offers the request to the one that has least to do, unless all together have enough. */
    private PublishOutcome offerSlot(List<Responder<Q, R>> present) {
        long open = 0;
        long leastOpen = Long.MAX_VALUE;
        Responder<Q, R> leastBusy = present.get(0);
        for (Responder<Q, R> one : present) {
            long its = one.open();
            open += its;
            if (its < leastOpen) {
                leastBusy = one;
                leastOpen = its;
            }
        }
        if (open >= capacity) {
            return PublishOutcome.BACK_PRESSURED;
        }
        PublishOutcome outcome = leastBusy.offer(newcomer);
        withoutSlot = outcome != PublishOutcome.PUBLISHED;
        return outcome;
    }

    /** Gives null if everything has changed meanwhile. */
    private @Nullable PublishOutcome findPlace(List<Responder<Q, R>> present) {
        var search = new Search();
        for (Responder<Q, R> one : present) {
            one.forEachPlace(candidate -> search.look(one, candidate));
        }
        if (search.found) {
            return PublishOutcome.PUBLISHED;
        }
        Responder<Q, R> itsResponder = search.itsResponder;
        if (itsResponder == null) {
            return PublishOutcome.BACK_PRESSURED;
        }
        return itsResponder.replace(search.least, newcomer, true, shed -> dropped = shed)
                ? PublishOutcome.PUBLISHED
                : null;
    }

    private final class Search {
        private Exchange<Q, R> least = newcomer;
        private @Nullable Responder<Q, R> itsResponder;
        private boolean found;

        void look(Responder<Q, R> responder, Exchange<Q, R> candidate) {
            if (found) {
                return;
            }
            if (!candidate.isWaiting()) {
                found = candidate.isOver() && responder.replace(candidate, newcomer, false, unused -> {});
            } else if (mattersLess(candidate, least)) {
                least = candidate;
                itsResponder = responder;
            }
        }

        /** Lower priority matters less; of equal priority, less time left. */
        private boolean mattersLess(Exchange<Q, R> one, Exchange<Q, R> other) {
            int byPriority = Integer.compare(one.priority(), other.priority());
            return byPriority != 0 ? byPriority < 0 : one.deadlineNs() - other.deadlineNs() < 0;
        }
    }
}
