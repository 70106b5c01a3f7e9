package dev.tokenring.bus.request;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Replies;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.StreamHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request, from the caller's asking to its one end. It lies in the slot of the request ring, so no table is needed to
 * find the caller again.
 *
 * <pre>
 *   WAITING --start()--> STARTED --end()--> OVER
 *      |                                      ^
 *      +------------------end()---------------+
 * </pre>
 *
 * <p>Reply, failure, cancellation, deadline and close all race for {@link #end}; one wins, and only the winner tells the
 * caller. A request that is over before its turn is never started.
 */
public abstract class Exchange<Q, R> implements Replies<R> {
    private enum State {
        WAITING,
        STARTED,
        OVER
    }

    private final String service;
    private final Headers headers;
    private final long deadlineNs;
    private final Duration timeout;
    private @Nullable Q request;
    private State state = State.WAITING;
    private boolean completed;
    private @Nullable List<Runnable> cancelActions;
    private @Nullable Future<?> deadlineTimer;

    Exchange(String service, Q request, Headers headers, Duration timeout) {
        this.service = service;
        this.request = request;
        this.headers = headers;
        this.timeout = timeout;
        this.deadlineNs = System.nanoTime() + timeout.toNanos();
    }

    /**
     * Has the request fail when its deadline passes.
     *
     * @return false if the timer has been shut down
     */
    public final boolean armDeadline(ScheduledExecutorService timer) {
        Future<?> armed;
        try {
            armed = timer.schedule(this::expire, deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException shutDown) {
            return false;
        }
        synchronized (this) {
            if (state != State.OVER) {
                deadlineTimer = armed;
                return true;
            }
        }
        armed.cancel(false);
        return true;
    }

    private void expire() {
        fail(RequestFailure.TIMEOUT, "no complete reply within " + timeout, null);
    }

    /**
     * Answers the request with a handler, unless it is over already.
     *
     * @throws Exception what the handler threw, if the caller is gone and will not hear of it
     */
    public final void answerWith(StreamHandler<? super Q, R> handler) throws Exception {
        if (System.nanoTime() - deadlineNs >= 0) {
            expire();
        }
        Q started = start();
        if (started == null) {
            return;
        }
        try {
            handler.handle(started, this);
        } catch (Throwable cause) {
            if (!fail(RequestFailure.HANDLER_FAILED, "the handler threw " + cause, cause) && !isWayOut(cause)) {
                throw cause;
            }
            return;
        }
        handlerReturned();
    }

    /** Whether a handler may well throw this because it noticed that its request is over. */
    private static boolean isWayOut(Throwable cause) {
        return cause instanceof InterruptedException || cause instanceof CancellationException;
    }

    private synchronized @Nullable Q start() {
        if (state != State.WAITING) {
            return null;
        }
        state = State.STARTED;
        return request;
    }

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
        boolean won = end(failure == RequestFailure.HANDLER_FAILED);
        if (won) {
            deliverFailure(new RequestException(service, failure, detail, cause));
        }
        return won;
    }

    /**
     * Ends the request.
     *
     * @param byHandler whether the handler itself ends it; otherwise the handler's cancel actions run
     * @return true for the one caller that ended it
     */
    final boolean end(boolean byHandler) {
        List<Runnable> actions;
        Future<?> timer;
        synchronized (this) {
            if (state == State.OVER) {
                return false;
            }
            state = State.OVER;
            completed = byHandler;
            actions = cancelActions;
            timer = deadlineTimer;
            cancelActions = null;
            deadlineTimer = null;
            request = null;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        if (!byHandler && actions != null) {
            actions.forEach(Exchange::runQuietly);
        }
        return true;
    }

    /** A cancel action is the handler's code on somebody else's thread: that thread has no use for what it throws. */
    private static void runQuietly(Runnable action) {
        try {
            action.run();
        } catch (Throwable handlersOwn) {
            System.getLogger("dev.tokenring.bus")
                    .log(System.Logger.Level.ERROR, "an action registered with onCancel failed", handlersOwn);
        }
    }

    @Override
    public final Headers headers() {
        return headers;
    }

    @Override
    public final Duration remaining() {
        return Duration.ofNanos(deadlineNs - System.nanoTime());
    }

    @Override
    public final synchronized boolean isOver() {
        return state == State.OVER;
    }

    @Override
    public final void onCancel(Runnable action) {
        synchronized (this) {
            if (state != State.OVER) {
                if (cancelActions == null) {
                    cancelActions = new ArrayList<>(1);
                }
                cancelActions.add(action);
                return;
            }
            if (completed) {
                return;
            }
        }
        runQuietly(action);
    }
}
