package dev.tokenring.bus.request;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What a caller waits on, or what depends on that. The thread that steps a bus can't wait for what it has yet to bring
 * about, and is refused.
 */
public class ReplyFuture<T> extends CompletableFuture<T> {
    private final Surroundings surroundings;

    public ReplyFuture(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    private void refuseToWaitForItself() {
        if (!isDone() && surroundings.isStepping()) {
            throw new IllegalStateException(
                    "there is no reply yet, and nobody steps the bus while this thread waits for it:"
                            + " step first, or say with thenApply and the like what is to be done with the reply");
        }
    }

    @Override
    public T join() {
        refuseToWaitForItself();
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        refuseToWaitForItself();
        return super.get();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ReplyFuture<>(surroundings);
    }
}
