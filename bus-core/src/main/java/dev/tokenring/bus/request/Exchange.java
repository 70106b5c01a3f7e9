package dev.tokenring.bus.request;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.thread.Scope;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request, from the caller's asking to its one end. It lies in the slot of the request ring, so no table is needed to
 * find the caller again; and no timer is armed for it, for {@link Deadlines} looks it up there.
 *
 * <pre>
 *   WAITING --start()--> STARTED --end()--> ANSWERED | BROKEN_OFF
 *      |
 *      +-----end()-----> DROPPED
 * </pre>
 *
 * <p>Reply, failure, cancellation, deadline and close all race for {@link #end}; one wins, and only the winner tells the
 * caller. A request that was dropped before its turn is never started. Its place in the ring can be had by another one,
 * its <i>successor</i>: who comes to start the dropped one starts that instead. See {@link #replaceBy}.
 */
public abstract class Exchange<Q, R> implements AsyncReplies<R> {
    private static final int WAITING = 0;
    private static final int STARTED = 1;
    private static final int ANSWERED = 2;
    private static final int BROKEN_OFF = 3;
    private static final int DROPPED = 4;

    private static final VarHandle STATE;
    private static final VarHandle SUCCESSOR;
    private static final VarHandle CANCEL_ACTIONS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Exchange.class, "state", int.class);
            SUCCESSOR = lookup.findVarHandle(Exchange.class, "successor", Object.class);
            CANCEL_ACTIONS = lookup.findVarHandle(Exchange.class, "cancelActions", CancelAction.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Stands for "no successor any more". */
    private static final Object CLOSED = new Object();

    private final Terms<R> terms;
    private final Headers headers;
    private final long askedNs;
    private final long deadlineNs;
    private @Nullable Q request;
    private volatile int state = WAITING;
    private volatile @Nullable Object successor;
    private volatile @Nullable CancelAction cancelActions;
    /** Told at the end; an {@link OfOuter} for a request that was made while another was handled. */
    private volatile @Nullable Consumer<? super Exchange<Q, R>> whenOver;

    /** Stands for "too late to add a cancel action". */
    private static final CancelAction TAKEN = new CancelAction(() -> {});

    Exchange(Terms<R> terms, Q request, Headers headers, long askedNs, long deadlineNs) {
        this.terms = terms;
        this.askedNs = askedNs;
        this.request = request;
        this.headers = headers;
        this.deadlineNs = deadlineNs;
    }

    final Terms<R> terms() {
        return terms;
    }

    /** The {@link dev.tokenring.bus.time.Clock#nanoTime()} after which nobody wants the answer. */
    public final long deadlineNs() {
        return deadlineNs;
    }

    /**
     * Answers the request, unless it is over already.
     *
     * @return whether the request is over; otherwise it will be completed later
     * @throws Exception what the handler threw, if the caller is gone and will not hear of it
     */
    @SuppressWarnings("ReferenceEquality")
    public final boolean answerWith(Answerer<Q, R> handler) throws Exception {
        expireInTime();
        Q wanted = request;
        if (wanted == null || !STATE.compareAndSet(this, WAITING, STARTED)) {
            return true;
        }
        request = null; // it is the handler's now
        Object before = Scope.enter(this);
        try {
            Object answer = handler.answer(wanted, this);
            if (answer == Answerer.SENT) {
                handlerReturned();
            } else if (answer != Answerer.LATER) {
                replied(answer);
            }
            return isOver();
        } catch (Throwable cause) {
            if (!fail(RequestFailure.HANDLER_FAILED, "the handler threw " + cause, cause) && !isWayOut(cause)) {
                throw cause;
            }
            return true;
        } finally {
            Scope.enter(before);
        }
    }

    /** Whether a handler may well throw this because it noticed that its request is over. */
    private static boolean isWayOut(Throwable cause) {
        Throwable thrown = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        if (thrown instanceof RequestException asked) {
            return asked.failure() == RequestFailure.TIMEOUT || asked.failure() == RequestFailure.CANCELLED;
        }
        return thrown instanceof InterruptedException || thrown instanceof CancellationException;
    }

    /**
     * The request that has taken this one's place, to be handled now; null if there is none, and will be none. It stays
     * linked, so that whoever looks for open requests finds it.
     */
    @SuppressWarnings("unchecked") // set by replaceBy
    public final @Nullable Exchange<Q, R> closeSuccession() {
        if (state != DROPPED || SUCCESSOR.compareAndSet(this, null, CLOSED)) {
            return null;
        }
        return (Exchange<Q, R>) successor;
    }

    /**
     * Gives this request's place in the ring to another one, for which there would be none: if it is dropped already, or if
     * it can be dropped now.
     *
     * @param dropped takes this request if it was still waiting and is dropped now, to be {@linkplain #shed}; null if it is
     *     not to be dropped
     * @return whether the newcomer has the place
     */
    public final boolean replaceBy(Exchange<Q, R> newcomer, @Nullable Consumer<? super Exchange<Q, R>> dropped) {
        int found = state;
        if (found != DROPPED && (found != WAITING || dropped == null)) {
            return false;
        }
        if (!SUCCESSOR.compareAndSet(this, null, newcomer)) {
            return false;
        }
        // From here on, whoever finds this one dropped starts the newcomer.
        if (dropped != null && STATE.compareAndSet(this, WAITING, DROPPED)) {
            ended();
            dropped.accept(this);
        }
        if (state == DROPPED) {
            return true;
        }
        // It was started meanwhile, and whoever did that has no eye for a successor.
        SUCCESSOR.setVolatile(this, null);
        return false;
    }

    /** Tells the caller that the request was dropped for another one; not to be called while others wait for this thread. */
    public final void shed() {
        broken(
                RequestFailure.OVERLOADED,
                "another request took its place, which is more urgent or has more time left",
                null);
    }

    /** The last of those that took this one's place, one after the other. */
    @SuppressWarnings("unchecked") // set by replaceBy
    public final Exchange<Q, R> last() {
        Exchange<Q, R> last = this;
        for (Object next = last.successor; next != null && next != CLOSED; next = last.successor) {
            last = (Exchange<Q, R>) next;
        }
        return last;
    }

    /** Whether the request has not been started, and still may be. */
    public final boolean isWaiting() {
        return state == WAITING;
    }

    /** How urgent the request is: the larger, the more urgent. */
    public final int priority() {
        return headers.priority();
    }

    /** Fails the request if its time is over; gives whether it is still open. */
    final boolean staysOpen(long nowNs) {
        if (!isOver() && nowNs - deadlineNs >= 0) {
            expire();
        }
        return !isOver();
    }

    private void expireInTime() {
        if (terms.clock().nanoTime() - deadlineNs >= 0) {
            expire();
        }
    }

    private void expire() {
        if (fail(RequestFailure.TIMEOUT, lateness(), null)) {
            FlightRecording.timeout(terms.service(), terms.clock().nanoTime() - askedNs);
        }
    }

    private String lateness() {
        long givenNs = deadlineNs - askedNs;
        return givenNs > 0
                ? "no complete reply within " + Duration.ofNanos(givenNs)
                : "the deadline had passed " + TimeUnit.NANOSECONDS.toMillis(-givenNs) + " ms before it was asked";
    }

    @SuppressWarnings("unchecked") // nothing else is given by an answerer
    private void replied(Object whole) throws InterruptedException {
        handlerReturned((R) whole);
    }

    /** The handler returned the whole reply. */
    abstract void handlerReturned(R whole) throws InterruptedException;

    /** The handler sent all that it had to send. */
    abstract void handlerReturned();

    /** Tells the caller that the request failed. Called once, by the winner of {@link #end}. */
    abstract void deliverFailure(RequestException failure);

    /**
     * Ends the request with a failure, unless it is over already.
     *
     * @return whether it was this call that ended it
     */
    public final boolean fail(RequestFailure failure, String detail, @Nullable Throwable cause) {
        boolean byHandler = failure == RequestFailure.HANDLER_FAILED;
        if (byHandler) {
            // What it asked for has no more time than it has itself: so a handler may well fail because its time is
            // over.
            expireInTime();
        }
        if (!changeToEnd(byHandler)) {
            return false;
        }
        if (byHandler) {
            request = null;
            terms.count(failure);
            var failed = new RequestException(terms.service(), failure, detail, cause);
            terms.surroundings().tell(() -> deliverFailure(failed));
        } else {
            broken(failure, detail, cause);
        }
        return true;
    }

    private void broken(RequestFailure failure, String detail, @Nullable Throwable cause) {
        request = null;
        terms.count(failure);
        var failed = new RequestException(terms.service(), failure, detail, cause);
        terms.surroundings().tell(() -> {
            runCancelActions();
            deliverFailure(failed);
        });
    }

    /**
     * Ends the request.
     *
     * @param byHandler whether the handler itself ends it; otherwise the handler's cancel actions run
     * @return true for the one caller that ended it
     */
    final boolean end(boolean byHandler) {
        boolean won = changeToEnd(byHandler);
        if (won && !byHandler) {
            request = null;
            runCancelActions();
        }
        return won;
    }

    private boolean changeToEnd(boolean byHandler) {
        int before;
        do {
            before = state;
            if (before > STARTED) {
                return false;
            }
        } while (!STATE.compareAndSet(this, before, before == WAITING ? DROPPED : byHandler ? ANSWERED : BROKEN_OFF));
        ended();
        return true;
    }

    /** Has nobody keep this request for what could still become of it. */
    private void ended() {
        Consumer<? super Exchange<Q, R>> keeper = whenOver;
        if (keeper != null) {
            keeper.accept(this);
        }
    }

    /**
     * Has somebody told when the request is over, before the caller is; at once if it is over already, and perhaps twice
     * then. One at a time: it takes the place of who was told before.
     */
    @SuppressWarnings("unchecked") // made for this exchange
    public final void whenOver(Consumer<? super Exchange<Q, R>> keeper) {
        if (whenOver instanceof OfOuter<?> outer) {
            ((OfOuter<Exchange<Q, R>>) outer).tellsThen(keeper);
        } else {
            whenOver = keeper;
        }
        VarHandle.fullFence(); // of the two, this and the end, one sees the other
        if (isOver()) {
            keeper.accept(this);
        }
    }

    /** Ends the request because the one that it was made for is over. */
    public final void breakOff() {
        fail(RequestFailure.CANCELLED, "the request in whose handling it was made is over", null);
    }

    /** Ends the request because the caller does not want it any more. */
    final boolean cancelled() {
        boolean won = end(false);
        if (won) {
            terms.count(RequestFailure.CANCELLED);
        }
        return won;
    }

    @Override
    public final void onCancel(Runnable action) {
        add(new CancelAction(action));
    }

    /** Ends another request, which is made while this one is handled and has not been asked yet, with this one. */
    public final void breaksOff(Exchange<?, ?> inner) {
        var innersEnd = new CancelAction(inner::breakOff);
        inner.whenOver = new OfOuter<>(innersEnd);
        add(innersEnd);
    }

    /** Whether what its handler asks for has nothing to do with this request any more, since that has its reply. */
    public final boolean isAnswered() {
        return state == ANSWERED;
    }

    private void add(CancelAction added) {
        CancelAction present;
        do {
            present = cancelActions;
            if (present == TAKEN || isBrokenOff()) {
                runQuietly(added);
                return;
            }
            added.follow(present);
        } while (!CANCEL_ACTIONS.compareAndSet(this, present, added));
        // The compare-and-set is a full fence, and so is the one that ends the request: one of the two sees the other.
        if (isBrokenOff()) {
            runCancelActions();
        }
    }

    private boolean isBrokenOff() {
        int present = state;
        return present == BROKEN_OFF || present == DROPPED;
    }

    private void runCancelActions() {
        if (cancelActions == null) {
            return; // who adds one now sees the end
        }
        var latest = (CancelAction) CANCEL_ACTIONS.getAndSet(this, TAKEN);
        var inOrder = new ArrayDeque<CancelAction>();
        for (CancelAction one = latest; one != null && one != TAKEN; one = one.before()) {
            inOrder.push(one);
        }
        inOrder.forEach(this::runQuietly);
    }

    /** Such an action is the handler's code on somebody else's thread: that thread has no use for what it throws. */
    final void runQuietly(Runnable action) {
        try {
            Scope.outside(action);
        } catch (Throwable handlersOwn) {
            terms.surroundings().userCodeThrew(terms.service(), handlersOwn);
        }
    }

    @Override
    public final void complete() {
        handlerReturned();
    }

    @Override
    public final void fail(Throwable cause) {
        fail(RequestFailure.HANDLER_FAILED, "the handler failed with " + cause, cause);
    }

    @Override
    public final void turnAway(String detail) {
        fail(RequestFailure.OVERLOADED, detail, null);
    }

    @Override
    public final void run(Runnable work) {
        Object before = Scope.enter(this);
        try {
            work.run();
        } finally {
            Scope.enter(before);
        }
    }

    @Override
    public final <V> V call(Supplier<V> work) {
        Object before = Scope.enter(this);
        try {
            return work.get();
        } finally {
            Scope.enter(before);
        }
    }

    @Override
    public final Headers headers() {
        return headers;
    }

    @Override
    public final Duration remaining() {
        return Duration.ofNanos(deadlineNs - terms.clock().nanoTime());
    }

    @Override
    public final boolean isOver() {
        return state > STARTED;
    }
}
