package dev.tokenring.examples.dialogue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads a streamed answer one part at a time, shows each at once, and gives the whole at the end. */
final class AnswerPrinter implements Flow.Subscriber<NlpResponse> {
    private final Terminal terminal;
    private final long startNs = System.nanoTime();
    private final CompletableFuture<NlpResponse> whole = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private @Nullable NlpResponse soFar;
    private volatile Duration toFirstToken = Duration.ZERO;

    AnswerPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The whole answer to come, or why there is none. */
    CompletableFuture<NlpResponse> whole() {
        return whole;
    }

    Duration toFirstToken() {
        return toFirstToken;
    }

    Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - startNs);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(NlpResponse part) {
        if (soFar == null) {
            toFirstToken = sinceStart();
            soFar = part;
        } else {
            soFar = soFar.append(part);
        }
        terminal.print(part.response());
        if (subscription != null) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        if (soFar == null) {
            whole.completeExceptionally(new IllegalStateException("the model said nothing at all"));
        } else {
            whole.complete(soFar);
        }
    }
}
