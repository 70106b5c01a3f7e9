package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes each request when it is due, whatever has become of those before it, as people do who know nothing of each other. One
 * thread makes them all; the parts of the answers come on threads of the engine's.
 *
 * @param bus where the service is
 * @param service what is asked
 * @param answerNs how long an answer is wanted, from when it was due
 * @param tokens how many tokens a part of an answer has
 */
record OpenLoop<R>(Bus bus, Service<Arrival, R> service, long answerNs, ToIntFunction<? super R> tokens) {
    private static final long GIVE_UP_S = 30;

    /**
     * Makes the requests, and waits until all are over.
     *
     * @return what became of each, in their order
     * @throws IllegalStateException if one was answered with the wrong number of tokens, failed in a way that is no answer to
     *     too much load, or did not end
     */
    List<Answer> ask(List<Arrival> arrivals) throws InterruptedException {
        long startNs = System.nanoTime();
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (Arrival arrival : arrivals) {
            long dueNs = startNs + arrival.dueNs();
            for (long early = dueNs - System.nanoTime(); early > 0; early = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            answers.add(ask(arrival, dueNs));
        }
        List<Answer> ended = new ArrayList<>();
        for (CompletableFuture<Answer> answer : answers) {
            ended.add(await(answer));
        }
        return ended;
    }

    private CompletableFuture<Answer> ask(Arrival arrival, long dueNs) {
        var heard = new Heard(arrival, dueNs);
        long leftNs = dueNs + answerNs - System.nanoTime();
        if (leftNs <= 0) {
            return CompletableFuture.completedFuture(heard.ended(Answer.End.TOO_LATE));
        }
        return bus.stream(service, arrival, Duration.ofNanos(leftNs), heard::part)
                .handle((done, failure) -> heard.ended(endOf(failure)));
    }

    private static Answer.End endOf(@Nullable Throwable failure) {
        if (failure == null) {
            return Answer.End.ANSWERED;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RequestException refused) {
            if (refused.failure() == RequestFailure.OVERLOADED) {
                return Answer.End.TURNED_AWAY;
            }
            if (refused.failure() == RequestFailure.TIMEOUT) {
                return Answer.End.TOO_LATE;
            }
        }
        throw new IllegalStateException("a request failed", cause);
    }

    private static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
        try {
            return answer.get(GIVE_UP_S, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a request came to no good end", failed.getCause());
        } catch (TimeoutException endless) {
            throw new IllegalStateException("a request has not ended after " + GIVE_UP_S + " s", endless);
        }
    }

    /** What is heard of one answer: by one thread after the other. */
    private final class Heard {
        private final Arrival arrival;
        private final long dueNs;
        private long firstNs = -1;
        private long lastNs = -1;
        private int count;

        Heard(Arrival arrival, long dueNs) {
            this.arrival = arrival;
            this.dueNs = dueNs;
        }

        void part(R part) {
            int added = tokens.applyAsInt(part);
            if (added > 0) {
                lastNs = System.nanoTime() - dueNs;
                firstNs = firstNs < 0 ? lastNs : firstNs;
                count += added;
            }
        }

        Answer ended(Answer.End end) {
            if (end == Answer.End.ANSWERED ? count != arrival.newTokens() : count > arrival.newTokens()) {
                throw new IllegalStateException(
                        arrival.newTokens() + " tokens were wanted, and " + count + " came: " + end);
            }
            return new Answer(arrival, end, firstNs, lastNs, count, System.nanoTime() - dueNs);
        }
    }
}
