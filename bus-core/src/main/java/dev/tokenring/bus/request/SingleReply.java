package dev.tokenring.bus.request;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.thread.Scope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** A request whose caller wants one reply: the parts that the handler sends are merged until it returns. */
public final class SingleReply<Q, R> extends Exchange<Q, R> {
    /** With one processor, who spins only keeps the handler from running. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    private static final int YIELDS = 20;

    private final Pending future = new Pending();
    private @Nullable R whole;

    /**
     * Cancelling the future, or completing it from outside, ends the request, unless that is over already.
     *
     * <p>Who waits for it looks for the reply for some microseconds before it falls asleep: to be woken would take longer
     * than a short handler does. It is as long as an {@linkplain dev.tokenring.bus.WaitStrategy#ADAPTIVE adaptive} reader
     * looks.
     */
    private final class Pending extends ReplyFuture<R> {
        @Override
        Surroundings surroundings() {
            return terms().surroundings();
        }

        private void lookForAWhile() {
            for (int looks = 0; looks < SPINS + YIELDS && !isDone(); looks++) {
                if (looks < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }

        @Override
        public R join() {
            lookForAWhile();
            return super.join();
        }

        @Override
        public R get() throws InterruptedException, ExecutionException {
            lookForAWhile();
            return super.get();
        }

        @Override
        public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            lookForAWhile();
            return super.get(timeout, unit);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (cancelled()) {
                Scope.outside(() -> super.cancel(mayInterruptIfRunning));
            }
            return isCancelled();
        }

        @Override
        public boolean complete(R reply) {
            boolean ended = cancelled();
            if (ended) {
                Scope.outside(() -> super.complete(reply));
            }
            return ended;
        }

        @Override
        public boolean completeExceptionally(Throwable cause) {
            boolean ended = cancelled();
            if (ended) {
                Scope.outside(() -> super.completeExceptionally(cause));
            }
            return ended;
        }

        void deliver(R reply) {
            super.complete(reply);
        }

        void deliverFailure(RequestException failure) {
            super.completeExceptionally(failure);
        }
    }

    public SingleReply(Terms<R> terms, Q request, Headers headers, long askedNs, long deadlineNs) {
        super(terms, request, headers, askedNs, deadlineNs);
    }

    /** What the caller waits on. */
    public CompletableFuture<R> future() {
        return future;
    }

    @Override
    public boolean send(R part) {
        requireNonNull(part, "part");
        if (isOver()) {
            return false;
        }
        BinaryOperator<R> merge = terms().merge();
        if (whole == null) {
            whole = part;
        } else if (merge == null) {
            throw new IllegalStateException(
                    "a second part was sent to a caller who wants one reply: send one part, or serve"
                            + " a description that says with Service.withMerge how parts become a whole; what the caller's says"
                            + " does not count");
        } else {
            whole = merge.apply(whole, part);
        }
        return true;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void onRoom(Runnable action) {
        action.run();
    }

    @Override
    void handlerReturned() {
        R reply = whole;
        if (reply == null) {
            fail(RequestFailure.HANDLER_FAILED, "the handler returned without sending a reply", null);
        } else {
            handlerReturned(reply);
        }
    }

    /** Stores nothing beside the request's end: the caller may be spinning on the future, which lies next to it. */
    @Override
    void handlerReturned(R reply) {
        if (end(true)) {
            Object handled = Scope.enter(null); // what the caller does now is no part of it
            try {
                future.deliver(reply);
            } finally {
                Scope.enter(handled);
            }
        }
    }

    @Override
    void deliverFailure(RequestException failure) {
        future.deliverFailure(failure);
    }
}
