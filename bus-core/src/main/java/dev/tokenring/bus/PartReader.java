package dev.tokenring.bus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands the parts of a stream to a function, as fast as they come. */
final class PartReader<R> implements Flow.Subscriber<R> {
    private final Consumer<? super R> onPart;
    private final CompletableFuture<Void> end;
    private Flow.@Nullable Subscription stream;

    /** Makes one that completes this future with the stream. */
    PartReader(Consumer<? super R> onPart, CompletableFuture<Void> end) {
        this.end = end;
        this.onPart = onPart;
    }

    /** Completes with the stream. */
    CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        stream = subscription;
        var unused = end.whenComplete((nothing, failure) -> {
            if (end.isCancelled()) {
                subscription.cancel();
            }
        });
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(R part) {
        try {
            onPart.accept(part);
        } catch (Throwable usersOwn) {
            if (stream != null) {
                stream.cancel();
            }
            end.completeExceptionally(usersOwn);
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }
}
