package dev.tokenring.bus;

import dev.tokenring.bus.request.Exchange;
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

    /** What is locked while a request is admitted. */
    Object admitting() {
        return withoutSlot;
    }

    /** Counts a request that was given no slot of a responder's ring. */
    void countWithoutSlot() {
        withoutSlot.increment();
    }

    /**
     * Takes a request in for the responder that has least to do, without waiting.
     *
     * @return back-pressured if there are too many that matter more; no subscription if there is no responder
     */
    PublishOutcome offer(Exchange<Q, R> exchange) {
        Responder<Q, R>[] present = responders;
        if (present.length == 1 && present[0].isBoundedByRing()) {
            PublishOutcome outcome = present[0].offer(exchange);
            if (outcome == PublishOutcome.PUBLISHED) {
                return outcome;
            }
        }
        return new Admission<>(service.capacity(), this::currentResponders, exchange).admitTo(this);
    }

    /** Takes a request in for one responder, which may have as many as the service has capacity for. */
    PublishOutcome offer(Exchange<Q, R> exchange, Responder<Q, R> one) {
        List<Responder<Q, R>> only = List.of(one);
        return new Admission<>(service.capacity(), () -> only, exchange).admitTo(this);
    }

    private List<Responder<Q, R>> currentResponders() {
        return Arrays.asList(responders);
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
