package dev.tokenring.bus.request;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What a caller waits on, or what depends on that. The thread that steps a bus can't wait for what it has yet to bring
 * about, and is refused.
 */
public abstract class ReplyFuture<T> extends CompletableFuture<T> {
    private static final class Independent<T> extends ReplyFuture<T> {
        private final Surroundings surroundings;

        Independent(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        Surroundings surroundings() {
            return surroundings;
        }
    }

    /** Makes one that is completed by whoever has it. */
    public static <T> ReplyFuture<T> in(Surroundings surroundings) {
        return new Independent<>(surroundings);
    }

    /** A method, since a future that has another way to them needs no field for them: there is one for each request. */
    abstract Surroundings surroundings();

    private void refuseToWaitForItself() {
        if (!isDone() && surroundings().isStepping()) {
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
        return in(surroundings());
    }
}
