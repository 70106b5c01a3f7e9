package dev.tokenring.bus.request;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** A request whose caller wants one reply: the parts that the handler sends are merged until it returns. */
public final class SingleReply<Q, R> extends Exchange<Q, R> {
    private final @Nullable BinaryOperator<R> merge;
    private final CompletableFuture<R> future = new Pending();
    private @Nullable R whole;

    /** Cancelling the future, or completing it from outside, ends the request. */
    private final class Pending extends CompletableFuture<R> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean won = super.cancel(mayInterruptIfRunning);
            end(false);
            return won;
        }

        @Override
        public boolean complete(R reply) {
            boolean won = super.complete(reply);
            end(false);
            return won;
        }

        @Override
        public boolean completeExceptionally(Throwable cause) {
            boolean won = super.completeExceptionally(cause);
            end(false);
            return won;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }

    public SingleReply(
            String service, Q request, Headers headers, Duration timeout, @Nullable BinaryOperator<R> merge) {
        super(service, request, headers, timeout);
        this.merge = merge;
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
    void handlerReturned() {
        R reply = whole;
        if (reply == null) {
            fail(RequestFailure.HANDLER_FAILED, "the handler returned without sending a reply", null);
        } else if (end(true)) {
            future.complete(reply);
        }
    }

    @Override
    void deliverFailure(RequestException failure) {
        future.completeExceptionally(failure);
    }
}
