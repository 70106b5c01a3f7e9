package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.InOrderDispatcher;
import dev.tokenring.bus.dispatch.Intake;
import dev.tokenring.bus.dispatch.Recipient;
import dev.tokenring.bus.dispatch.Retries;
import dev.tokenring.bus.request.Answerer;
import dev.tokenring.bus.request.Deadlines;
import dev.tokenring.bus.request.Exchange;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One handler of a service, and the requests that are with it. Each has a ring of its own, which ends with it, so that
 * every request is either handled, failed by the sweep of that ring, or refused.
 *
 * <p>A handler that is at one request at a time has them in its ring, from the asking to the end. One that is at several
 * together, because other threads call it or because it completes them later, needs to know besides which those are.
 */
final class Responder<Q, R> implements Deadlines.OpenRequests, Lifecycle.Unfinished {
    private final String name;
    private final Ring<Exchange<Q, R>> ring;
    private final Dispatcher<Exchange<Q, R>> dispatcher;
    private final Consumer<Exchange<Q, R>> abandon;
    private final Consumer<Consumer<? super Exchange<Q, R>>> inRing;
    private final LongSupplier openInRing;

    /** Those that are not over, from their asking on, if there may be several at a time. */
    private final Set<Exchange<Q, R>> open = ConcurrentHashMap.newKeySet();

    private final Set<Exchange<Q, R>> completedLater = ConcurrentHashMap.newKeySet();
    private final Consumer<Exchange<Q, R>> whenOver = this::over;
    private volatile Answerer<Q, R> handler;
    /** Whether the handler is at several requests together. */
    private volatile boolean several;

    Responder(
            Lifecycle lifecycle,
            Service<Q, R> service,
            String name,
            Execution execution,
            Answerer<Q, R> handler,
            boolean asynchronous,
            Consumer<Exchange<Q, R>> abandon) {
        this.name = name;
        this.abandon = abandon;
        this.handler = handler;
        this.several = asynchronous || execution.isConcurrent();
        ring = new Ring<>(service.capacity(), false, null);
        var retries = new Retries<Exchange<Q, R>>(
                name,
                RetryPolicy.NONE,
                1,
                lifecycle.timers(),
                lifecycle.guard(),
                // The caller has been told, or has gone, unless the handler is stuck.
                (subscription, exchange, delivery, lastError) -> forEachInLine(exchange, one -> {
                    if (delivery.attempt() == 0) {
                        abandon.accept(one);
                    } else {
                        one.fail(RequestFailure.HANDLER_FAILED, "the handler " + whyItFailed(lastError), lastError);
                    }
                }));
        Recipient<Exchange<Q, R>> recipient =
                Recipient.of(service.name(), name, (exchange, context) -> answer(exchange), null, retries);
        if (execution.isConcurrent()) {
            RingReader<Exchange<Q, R>> reader = ring.join(false);
            inRing = reader::forEachUnread;
            openInRing = reader::lag;
            dispatcher = requireNonNull(Intake.of(reader, retries, null, false, service.capacity())
                    .newMember(
                            recipient,
                            lifecycle.threads().executorFor(execution),
                            execution.maxRunning(),
                            exchange -> forEachInLine(exchange, abandon)));
        } else {
            // One by one, so that a slot is taken by a request that waits or is being answered, never by an old one.
            var inOrder = new InOrderDispatcher<>(recipient, ring, 1, exchange -> forEachInLine(exchange, abandon));
            inRing = inOrder::forEachUnread;
            openInRing = () -> inOrder.lagWithout(Exchange::isOver);
            dispatcher = inOrder;
        }
    }

    private static String whyItFailed(Throwable cause) {
        return cause instanceof StuckHandlerException ? "is stuck: " + cause : "could not be called: " + cause;
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
        completedLater.add(exchange);
        keep(exchange);
    }

    /** Remembers a request until it is over. */
    private void keep(Exchange<Q, R> exchange) {
        open.add(exchange);
        exchange.whenOver(whenOver);
    }

    private void over(Exchange<Q, R> exchange) {
        open.remove(exchange);
        completedLater.remove(exchange);
    }

    String name() {
        return name;
    }

    Ring<Exchange<Q, R>> ring() {
        return ring;
    }

    Dispatcher<Exchange<Q, R>> dispatcher() {
        return dispatcher;
    }

    /**
     * Has another handler answer from the next request on.
     *
     * @param asynchronous whether it completes requests later
     */
    void replaceHandler(Answerer<Q, R> successor, boolean asynchronous) {
        if (asynchronous && !several) {
            several = true;
            inRing.accept(first -> forEachInLine(first, this::keep));
        }
        handler = successor;
    }

    /** Whether the ring bounds by itself how many requests are with the handler. */
    boolean isBoundedByRing() {
        return !several;
    }

    /** How many requests wait or are being answered. */
    long open() {
        return several ? open.size() : openInRing.getAsLong();
    }

    /** How many requests were given a slot of the ring so far. */
    long slotted() {
        return ring.cursor() + 1;
    }

    /** How many requests are not over; unlike {@link #open}, exact, and not quick. */
    long inFlight() {
        Set<Exchange<Q, R>> inFlight = new HashSet<>();
        // In the order in which a request moves on, which is in both places for a moment.
        inRing.accept(first -> forEachInLine(first, inFlight::add));
        inFlight.addAll(open);
        inFlight.removeIf(Exchange::isOver);
        return inFlight.size();
    }

    /** Gives a request a slot of its own, if there is one, without waiting. */
    PublishOutcome offer(Exchange<Q, R> exchange) {
        if (!several) {
            return ring.offer(exchange, Headers.NONE);
        }
        keep(exchange); // first, so that it is found by whoever looks for open requests
        PublishOutcome outcome = ring.offer(exchange, Headers.NONE);
        if (outcome != PublishOutcome.PUBLISHED) {
            open.remove(exchange);
        }
        return outcome;
    }

    /** Shows the last request of each place in the ring: one that waits, is being answered, or is over. */
    void forEachPlace(Consumer<Exchange<Q, R>> visitor) {
        inRing.accept(first -> visitor.accept(first.last()));
    }

    /**
     * Gives a request the place of another one.
     *
     * @param dropped see {@link Exchange#replaceBy}
     * @return whether it has the place
     */
    boolean replace(
            Exchange<Q, R> present, Exchange<Q, R> newcomer, boolean dropIfWaiting, Consumer<Exchange<Q, R>> dropped) {
        if (several) {
            keep(newcomer);
        }
        boolean replaced = present.replaceBy(newcomer, dropIfWaiting ? dropped : null);
        if (!replaced) {
            open.remove(newcomer);
        }
        return replaced;
    }

    @Override
    public long unfinished() {
        return completedLater.size();
    }

    /** Fails what the handler has taken in and not completed. */
    @Override
    public void abandonUnfinished() {
        completedLater.forEach(abandon);
    }

    @Override
    public void visit(Deadlines.Visitor visitor) {
        inRing.accept(first -> forEachInLine(first, visitor::visit));
        open.forEach(visitor::visit);
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
