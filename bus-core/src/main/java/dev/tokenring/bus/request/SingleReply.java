package dev.tokenring.bus.request;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** A request whose caller wants one reply: the parts that the handler sends are merged until it returns. */
public final class SingleReply<Q, R> extends Exchange<Q, R> {
    private final Pending future = new Pending();
    private @Nullable R whole;

    /** Cancelling the future, or completing it from outside, ends the request, unless that is over already. */
    private final class Pending extends CompletableFuture<R> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return cancelled() ? super.cancel(mayInterruptIfRunning) : isCancelled();
        }

        @Override
        public boolean complete(R reply) {
            return cancelled() && super.complete(reply);
        }

        @Override
        public boolean completeExceptionally(Throwable cause) {
            return cancelled() && super.completeExceptionally(cause);
        }

        void deliver(R reply) {
            super.complete(reply);
        }

        void deliverFailure(RequestException failure) {
            super.completeExceptionally(failure);
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
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
            throw new IllegalStateException("a second part was sent to a caller who wants one reply: send one part,"
                    + " or say with Service.withMerge how parts become a whole");
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
            future.deliver(reply);
        }
    }

    @Override
    void deliverFailure(RequestException failure) {
        future.deliverFailure(failure);
    }
}
