package dev.tokenring.examples.bringyourmodel;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.llm.Generation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Callers who ask at the same time: each takes the next prompt when its last is answered, until none is left. A caller is a
 * chain of requests and takes no thread.
 */
final class Load {
    private static final long LONGEST_NS = Duration.ofHours(1).toNanos();

    private final Bus bus;
    private final Service<String, Generation> service;
    private final Queue<String> prompts;
    private final int promptCount;
    private final Histogram toFirstTokenNs = new Histogram(LONGEST_NS, 3);
    private final Histogram perTokenNs = new Histogram(LONGEST_NS, 3);
    private long tokens;
    private int failed;
    private @Nullable Throwable firstFailure;

    Load(Bus bus, Service<String, Generation> service, List<String> prompts) {
        this.bus = bus;
        this.service = service;
        this.prompts = new ConcurrentLinkedQueue<>(prompts);
        this.promptCount = prompts.size();
    }

    /** Runs to the end, and gives a table of what was measured. */
    String run(int callers) {
        long startNs = System.nanoTime();
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int caller = 0; caller < callers; caller++) {
            all.add(askOn());
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        return table(callers, System.nanoTime() - startNs);
    }

    private CompletableFuture<Void> askOn() {
        String prompt = prompts.poll();
        if (prompt == null) {
            return CompletableFuture.completedFuture(null);
        }
        var answer = new Answer();
        return bus.stream(service, prompt, service.timeout(), answer::add)
                .handle((done, failure) -> {
                    if (failure != null) {
                        failed(failure);
                    }
                    return prompt;
                })
                // On another thread, so that a chain of answers that are there at once is no chain of calls.
                .thenComposeAsync(answered -> askOn());
    }

    private synchronized void failed(Throwable failure) {
        failed++;
        if (firstFailure == null) {
            firstFailure =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        }
    }

    /** How many requests failed. */
    synchronized int failed() {
        return failed;
    }

    /** Why the first of those failed; null if none did. */
    synchronized @Nullable Throwable firstFailure() {
        return firstFailure;
    }

    /** Measures one answer as its pieces come. */
    private final class Answer {
        private long lastNs = System.nanoTime();
        private boolean begun;

        void add(Generation piece) {
            int count = piece.tokenIds().size();
            if (count > 0) {
                long nowNs = System.nanoTime();
                record(begun, Math.min(LONGEST_NS, nowNs - lastNs), count);
                begun = true;
                lastNs = nowNs;
            }
        }
    }

    /** A piece of several tokens, which make one character together, took each of them an equal time. */
    private synchronized void record(boolean begun, long tookNs, int count) {
        tokens += count;
        if (begun) {
            perTokenNs.recordValueWithCount(tookNs / count, count);
        } else {
            toFirstTokenNs.recordValue(tookNs);
        }
    }

    private synchronized String table(int callers, long tookNs) {
        return String.format(
                Locale.ROOT,
                """
                callers                       %8d
                requests                      %8d
                failed                        %8d
                tokens                        %8d
                time to first token, median   %8.2f ms
                time to first token, p99      %8.2f ms
                time per token, median        %8.2f ms
                time per token, p99           %8.2f ms
                tokens/s                      %8.1f
                """,
                callers,
                promptCount,
                failed,
                tokens,
                ms(toFirstTokenNs, 50),
                ms(toFirstTokenNs, 99),
                ms(perTokenNs, 50),
                ms(perTokenNs, 99),
                tokens * 1e9 / tookNs);
    }

    private static double ms(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e6;
    }
}
