package dev.tokenring.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Waits for the replies of several responders, until enough have come or enough can't come any more. */
final class Gathering<R> {
    private final String service;
    private final Gather how;
    private final int asked;
    private final int enough;
    private final List<CompletableFuture<R>> open = new ArrayList<>();
    private final List<R> replies = new ArrayList<>();
    private final List<RequestException> failures = new ArrayList<>();
    private final CompletableFuture<Gathered<R>> result;

    /** Makes one that completes this future. */
    Gathering(String service, Gather how, int asked, CompletableFuture<Gathered<R>> result) {
        this.result = result;
        this.service = service;
        this.how = how;
        this.asked = asked;
        this.enough = how.enoughOf(asked);
        var unused = result.whenComplete((gathered, failure) -> cancelOpen());
        if (asked == 0) {
            result.completeExceptionally(
                    new RequestException(service, RequestFailure.NO_HANDLER, "nobody serves it on this bus", null));
        } else if (enough > asked) {
            result.completeExceptionally(new RequestException(
                    service,
                    RequestFailure.NO_HANDLER,
                    enough + " replies are wanted, and it has " + asked + " responders",
                    null));
        }
    }

    /** Waits for this reply too. */
    void add(CompletableFuture<R> reply) {
        synchronized (this) {
            open.add(reply);
        }
        if (result.isDone()) {
            cancelOpen();
        }
        var unused = reply.whenComplete((value, failure) -> {
            if (failure instanceof RequestException failed) {
                failed(failed);
            } else if (value != null) {
                replied(value);
            }
        });
    }

    private void replied(R reply) {
        Gathered<R> gathered;
        synchronized (this) {
            replies.add(reply);
            if (replies.size() < enough && replies.size() + failures.size() < asked) {
                return;
            }
            gathered = new Gathered<>(replies, failures);
        }
        end(gathered);
    }

    private void failed(RequestException failure) {
        Gathered<R> gathered;
        synchronized (this) {
            failures.add(failure);
            boolean possible = how.isLenient() || asked - failures.size() >= enough;
            if (possible && replies.size() + failures.size() < asked) {
                return;
            }
            gathered = new Gathered<>(replies, failures);
        }
        end(gathered);
    }

    private void end(Gathered<R> gathered) {
        if (how.isLenient() || gathered.replies().size() >= enough) {
            result.complete(gathered);
            return;
        }
        RequestException first = gathered.failures().get(0);
        var failed = new RequestException(
                service,
                first.failure(),
                gathered.replies().size() + " of " + enough + " replies came, and "
                        + gathered.failures().size() + " of " + asked + " responders failed",
                first);
        result.completeExceptionally(failed);
    }

    private void cancelOpen() {
        List<CompletableFuture<R>> left;
        synchronized (this) {
            left = List.copyOf(open);
        }
        left.forEach(reply -> reply.cancel(true));
    }

    /** What comes of it; cancelling it cancels all that was asked. */
    CompletableFuture<Gathered<R>> result() {
        return result;
    }
}
