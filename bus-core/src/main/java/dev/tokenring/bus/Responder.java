package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.InOrderDispatcher;
import dev.tokenring.bus.dispatch.Recipient;
import dev.tokenring.bus.dispatch.Retries;
import dev.tokenring.bus.request.Deadlines;
import dev.tokenring.bus.request.Exchange;
import dev.tokenring.bus.ring.Ring;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * One handler of a service, and the requests that are with it. Each has a ring of its own, which ends with it, so that
 * every request is either handled, failed by the sweep of that ring, or refused.
 */
final class Responder<Q, R> implements Deadlines.OpenRequests, Lifecycle.Unfinished {
    private final String name;
    private final Ring<Exchange<Q, R>> ring;
    private final InOrderDispatcher<Exchange<Q, R>> dispatcher;
    private final int capacity;
    private final Consumer<Exchange<Q, R>> abandon;
    private final Set<Exchange<Q, R>> completedLater = ConcurrentHashMap.newKeySet();
    private final LongAdder withoutSlot;
    private volatile Exchange.Answerer<Q, R> handler;
    private volatile boolean asynchronous;

    Responder(
            Lifecycle lifecycle,
            Service<Q, R> service,
            String name,
            Exchange.Answerer<Q, R> handler,
            LongAdder withoutSlot,
            Consumer<Exchange<Q, R>> abandon) {
        this.name = name;
        this.withoutSlot = withoutSlot;
        this.abandon = abandon;
        this.capacity = service.capacity();
        this.handler = handler;
        ring = new Ring<>(capacity, false, null);
        var retries = new Retries<Exchange<Q, R>>(
                name,
                RetryPolicy.NONE,
                1,
                lifecycle.timers(),
                lifecycle.guard(),
                // The caller has been told, or has gone, unless the handler is stuck.
                (subscription, exchange, delivery, lastError) -> forEachInLine(exchange, open -> {
                    if (delivery.attempt() == 0) {
                        abandon.accept(open);
                    } else {
                        open.fail(RequestFailure.HANDLER_FAILED, "the handler is stuck: " + lastError, lastError);
                    }
                }));
        Recipient<Exchange<Q, R>> recipient =
                Recipient.of(service.name(), name, (exchange, context) -> answer(exchange), null, retries);
        // One by one, so that a slot is taken by a request that waits or is being answered, never by an old one.
        dispatcher = new InOrderDispatcher<>(recipient, ring, 1, exchange -> forEachInLine(exchange, abandon));
    }

    private void answer(Exchange<Q, R> first) throws Exception {
        Exchange<Q, R> next = first;
        while (next != null) {
            if (!next.answerWith(handler)) {
                completeLater(next);
            }
            next = next.closeSuccession();
        }
    }

    private void completeLater(Exchange<Q, R> exchange) {
        asynchronous = true;
        completedLater.add(exchange);
        if (exchange.isOver()) {
            completedLater.remove(exchange);
        }
    }

    String name() {
        return name;
    }

    Ring<Exchange<Q, R>> ring() {
        return ring;
    }

    InOrderDispatcher<Exchange<Q, R>> dispatcher() {
        return dispatcher;
    }

    /** Has another handler answer from the next request on. */
    void replaceHandler(Exchange.Answerer<Q, R> successor) {
        handler = successor;
    }

    /** How many requests wait or are being answered. */
    long open() {
        return dispatcher.lagWithout(Exchange::isOver) + unfinished();
    }

    private int openLater() {
        completedLater.removeIf(Exchange::isOver);
        return completedLater.size();
    }

    /** How many requests were given a slot of the ring so far. */
    long slotted() {
        return ring.cursor() + 1;
    }

    /** How many requests are not over; unlike {@link #open}, exact, and not quick. */
    long inFlight() {
        Set<Exchange<Q, R>> inFlight = new HashSet<>();
        // In the order in which a request moves on, which is in both places for a moment.
        dispatcher.forEachUnread(first -> forEachInLine(first, inFlight::add));
        inFlight.addAll(completedLater);
        inFlight.removeIf(Exchange::isOver);
        return inFlight.size();
    }

    /** Takes a request in, without waiting; back-pressured if there are too many that matter more. */
    PublishOutcome offer(Exchange<Q, R> exchange) {
        PublishOutcome outcome = asynchronous && dispatcher.lag() + openLater() >= capacity
                ? PublishOutcome.BACK_PRESSURED
                : ring.offer(exchange, Headers.NONE);
        if (outcome == PublishOutcome.PUBLISHED) {
            return outcome;
        }
        withoutSlot.increment();
        return outcome == PublishOutcome.BACK_PRESSURED && findPlaceFor(exchange) ? PublishOutcome.PUBLISHED : outcome;
    }

    /**
     * Takes the place of a request that is over before it was started, or else of the one that matters least. One newcomer
     * at a time: none must take the place of another that is still looking for its own.
     */
    private synchronized boolean findPlaceFor(Exchange<Q, R> newcomer) {
        while (true) {
            var search = new Search(newcomer);
            dispatcher.forEachUnread(first -> search.look(first.last()));
            if (search.found) {
                return true;
            }
            Exchange<Q, R> least = search.least;
            if (least == newcomer || least.replaceBy(newcomer, true)) {
                return least != newcomer;
            }
            if (dispatcher.lag() < capacity && !asynchronous) {
                return findSlotAfterAllFor(newcomer);
            }
        }
    }

    private boolean findSlotAfterAllFor(Exchange<Q, R> newcomer) {
        boolean published = ring.offer(newcomer, Headers.NONE) == PublishOutcome.PUBLISHED;
        if (published) {
            withoutSlot.decrement();
        }
        return published;
    }

    private final class Search {
        private final Exchange<Q, R> newcomer;
        private Exchange<Q, R> least;
        private boolean found;

        Search(Exchange<Q, R> newcomer) {
            this.newcomer = newcomer;
            this.least = newcomer;
        }

        void look(Exchange<Q, R> candidate) {
            if (found) {
                return;
            }
            if (candidate.isWaiting()) {
                least = mattersLess(candidate, least) ? candidate : least;
            } else {
                found = candidate.replaceBy(newcomer, false);
            }
        }

        /** Lower priority matters less; of equal priority, less time left. */
        private boolean mattersLess(Exchange<Q, R> one, Exchange<Q, R> other) {
            int byPriority = Integer.compare(one.priority(), other.priority());
            return byPriority != 0 ? byPriority < 0 : one.deadlineNs() - other.deadlineNs() < 0;
        }
    }

    @Override
    public long unfinished() {
        return asynchronous ? openLater() : 0;
    }

    /** Fails what the handler has taken in and not completed. */
    @Override
    public void abandonUnfinished() {
        completedLater.forEach(abandon);
    }

    @Override
    public void visit(Deadlines.Visitor visitor) {
        dispatcher.forEachUnread(first -> forEachInLine(first, visitor::visit));
        completedLater.forEach(visitor::visit);
    }

    /** A request, and those that took its place. */
    private static <Q, R> void forEachInLine(Exchange<Q, R> first, Consumer<? super Exchange<Q, R>> visitor) {
        visitor.accept(first);
        Exchange<Q, R> last = first.last();
        if (last != first) {
            visitor.accept(last);
        }
    }
}
