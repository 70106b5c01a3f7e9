package dev.tokenring.bus;

import dev.tokenring.bus.request.Terms;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A service of a bus, at run time: the terms of its requests, and its responders. */
final class Desk<Q, R> {
    private final Service<Q, R> service;
    private final Terms<R> terms;
    private final LongAdder takenByFormerResponders = new LongAdder();
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
            takenByFormerResponders.add(responder.taken());
        }
        return removed;
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

    /** How many requests were taken in so far, by responders past and present. */
    long taken() {
        return takenByFormerResponders.sum()
                + Arrays.stream(responders).mapToLong(Responder::taken).sum();
    }

    /** How many requests wait or are being answered. */
    long open() {
        return Arrays.stream(responders).mapToLong(Responder::open).sum();
    }
}
