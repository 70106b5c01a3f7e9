package dev.tokenring.llm.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Does something that PyTorch computes on a thread of its own, which ends then.
 *
 * <p>OpenMP keeps a team of helpers for each thread that has computed in parallel, as long as that thread lives. When all
 * teams together have more threads than there are processors, GNU's OpenMP has them sleep at each barrier instead of waiting
 * busily, and a decode step has many dozens of barriers: on two processors a step took a third longer because the program's
 * main thread had loaded the weights. So only the thread that computes steps may stay.
 */
final class PassingThread {
    private PassingThread() {}

    /** Gets something; waits for it, also if the calling thread is interrupted meanwhile, and throws what it throws. */
    static <T> T get(String name, Supplier<T> work) {
        var result = new CompletableFuture<T>();
        var thread = new Thread(
                () -> {
                    try {
                        result.complete(work.get());
                    } catch (Throwable failure) {
                        result.completeExceptionally(failure);
                    }
                },
                name);
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
