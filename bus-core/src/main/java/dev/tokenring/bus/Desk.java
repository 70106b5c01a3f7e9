package dev.tokenring.bus;

import dev.tokenring.bus.request.Terms;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A service of a bus, at run time: the terms of its requests, and its responders. */
final class Desk<Q, R> {
    private final Service<Q, R> service;
    private final Terms<R> terms;
    private final LongAdder withoutSlot = new LongAdder();
    private final Set<Responder<Q, R>> leaving = new HashSet<>();
    private long slottedByFormerResponders;
    private volatile Responder<Q, R>[] responders = none();

    Desk(Service<Q, R> service, Terms<R> terms) {
        this.service = service;
        this.terms = terms;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <Q, R> Responder<Q, R>[] none() {
        return new Responder[0];
    }

    Service<Q, R> service() {
        return service;
    }

    Terms<R> terms() {
        return terms;
    }

    List<Responder<Q, R>> responders() {
        return List.of(responders);
    }

    @Nullable Responder<Q, R> named(String name) {
        for (Responder<Q, R> one : responders) {
            if (one.name().equals(name)) {
                return one;
            }
        }
        return null;
    }

    synchronized void add(Responder<Q, R> responder) {
        Responder<Q, R>[] more = Arrays.copyOf(responders, responders.length + 1);
        more[responders.length] = responder;
        responders = more;
    }

    /** Takes a responder out; false if it was out already. */
    synchronized boolean remove(Responder<Q, R> responder) {
        List<Responder<Q, R>> others =
                Arrays.stream(responders).filter(other -> other != responder).toList();
        boolean removed = others.size() < responders.length;
        responders = others.toArray(none());
        if (removed) {
            leaving.add(responder);
        }
        return removed;
    }

    /** Forgets a responder that was taken out, and whose requests are over. */
    synchronized void forget(Responder<Q, R> responder) {
        if (leaving.remove(responder)) {
            slottedByFormerResponders += responder.slotted();
        }
    }

    /** Counts the requests that were given no slot of a responder's ring. */
    LongAdder withoutSlot() {
        return withoutSlot;
    }

    /** The responder that has least to do; null if there is none. */
    @Nullable Responder<Q, R> leastBusy() {
        Responder<Q, R>[] present = responders;
        if (present.length == 0) {
            return null;
        }
        Responder<Q, R> least = present[0];
        long leastOpen = present.length == 1 ? 0 : least.open();
        for (int i = 1; i < present.length; i++) {
            long open = present[i].open();
            if (open < leastOpen) {
                least = present[i];
                leastOpen = open;
            }
        }
        return least;
    }

    /** How many requests were made so far, those included that were turned away at once. */
    synchronized long asked() {
        return slottedByFormerResponders
                + everyone().mapToLong(Responder::slotted).sum()
                + withoutSlot.sum();
    }

    /** How many requests were made and are not over. */
    synchronized long inFlight() {
        return everyone().mapToLong(Responder::inFlight).sum();
    }

    private Stream<Responder<Q, R>> everyone() {
        return Stream.concat(Arrays.stream(responders), leaving.stream());
    }
}
