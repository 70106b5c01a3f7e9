package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a request ends, its handler learns of it, once. */
class RequestEndTest extends BusTest {
    static final Service<String, String> SHOUT =
            Service.of("shout", String.class, String.class).withCapacity(8);

    enum Ending {
        CANCEL {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                future.cancel(true);
                assertThat(future).isCancelled();
            }
        },
        OR_TIMEOUT {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                var unused = future.orTimeout(1, TimeUnit.MILLISECONDS);
            }
        },
        COMPLETED_FROM_OUTSIDE {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                future.complete("never mind");
            }
        },
        FAILED_FROM_OUTSIDE {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                future.completeExceptionally(new IllegalStateException("never mind"));
            }
        },
        DEADLINE {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                // The service's own timeout passes.
            }
        },
        BUS_CLOSES {
            @Override
            void end(Bus bus, CompletableFuture<String> future) {
                bus.close(Duration.ofMillis(1));
            }
        };

        abstract void end(Bus bus, CompletableFuture<String> future);
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void handlerLearnsOnceThatItsRequestIsOver(Ending ending) {
        Bus bus = open();
        var cancels = new AtomicInteger();
        var late = new AtomicInteger();
        var starts = new AtomicInteger();
        var sent = new CopyOnWriteArrayList<Boolean>();
        bus.serveStream(SHOUT, (word, replies) -> {
            replies.onCancel(cancels::incrementAndGet);
            replies.onCancel(() -> {
                throw new IllegalStateException("an action that fails spares the others");
            });
            replies.onCancel(cancels::incrementAndGet);
            starts.incrementAndGet();
            await("the request is over", replies::isOver);
            sent.add(replies.send("too late"));
            replies.onCancel(late::incrementAndGet);
        });
        Duration timeout = ending == Ending.DEADLINE ? Duration.ofMillis(20) : Duration.ofMinutes(1);
        CompletableFuture<String> future = bus.request(SHOUT, "word", timeout);
        if (ending != Ending.DEADLINE) {
            await("the handler is at it", () -> starts.get() == 1);
        }
        ending.end(bus, future);

        await("the future ends", future::isDone);
        bus.close();
        // Whoever ended it may still be at the actions when the future has ended.
        await("the handler has noticed", () -> late.get() == starts.get() && cancels.get() == 2 * starts.get());
        assertThat(sent).doesNotContain(true);
        await("the action's failure is reported, once", () -> errors.size() == starts.get());
        assertThat(errors)
                .allSatisfy(error -> assertThat(error.cause()).hasMessage("an action that fails spares the others"));
    }

    @Test
    void cancelActionsDoNotRunAfterAReplyOrAHandlersOwnFailure() {
        Bus bus = open();
        var cancels = new AtomicInteger();
        var contexts = new CopyOnWriteArrayList<RequestContext>();
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            contexts.add(context);
            context.onCancel(cancels::incrementAndGet);
            if (word.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return word;
        });
        CompletableFuture<String> answered = bus.request(SHOUT, "word");
        CompletableFuture<String> failed = bus.request(SHOUT, "");
        await("both are done with", () -> serving.delivered() == 2);
        answered.cancel(true);
        failed.cancel(true);
        contexts.forEach(context -> context.onCancel(cancels::incrementAndGet));
        bus.close();
        assertThat(cancels).hasValue(0);
        assertThat(answered.join()).isEqualTo("word");
        assertThat(contexts).allMatch(RequestContext::isOver);
    }

    /**
     * Replies, failures, cancellations, deadlines and the closing of the bus race for thousands of requests; each ends in
     * one way, and both sides agree on it.
     */
    @Test
    void exactlyOneEndWins() throws Exception {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            raceOnce(seed, random.split());
        }
    }

    private void raceOnce(long seed, SplittableRandom random) throws Exception {
        Bus bus = open();
        var cancelsByRequest = new AtomicInteger[200];
        var startsByRequest = new AtomicInteger[200];
        for (int i = 0; i < 200; i++) {
            cancelsByRequest[i] = new AtomicInteger();
            startsByRequest[i] = new AtomicInteger();
        }
        Service<Integer, Integer> twice =
                Service.of("twice", Integer.class, Integer.class).withCapacity(256);
        bus.serve(twice, (number, context) -> {
            startsByRequest[number].incrementAndGet();
            context.onCancel(cancelsByRequest[number]::incrementAndGet);
            for (int i = 0; i < number * 20; i++) {
                Thread.onSpinWait();
            }
            if (number % 10 == 0) {
                throw new IllegalArgumentException("round");
            }
            return 2 * number;
        });
        var futures = new CompletableFuture<?>[200];
        var streams = new Signals[200];
        var rolls = random.ints(200, 0, 8).toArray();
        for (int i = 0; i < 200; i++) {
            Duration timeout = rolls[i] == 0 ? Duration.ofNanos(20_000L * i + 1) : Duration.ofMinutes(1);
            if (rolls[i] % 2 == 0) {
                futures[i] = bus.request(twice, i, timeout);
            } else {
                streams[i] = new Signals();
                bus.stream(twice, i, Headers.NONE, timeout).subscribe(streams[i]);
            }
        }
        var cancelling = start(() -> {
            for (int i = 199; i >= 0; i--) {
                if (rolls[i] == 2) {
                    futures[i].cancel(true);
                } else if (rolls[i] == 3) {
                    streams[i].subscription.cancel();
                }
            }
            return null;
        });
        bus.close(Duration.ofMillis(random.nextInt(1, 4)));
        get(cancelling);
        for (int i = 0; i < 200; i++) {
            String which = "request " + i + " of seed " + seed;
            int cancels = cancelsByRequest[i].get();
            int starts = startsByRequest[i].get();
            assertThat(starts).as(which).isLessThanOrEqualTo(1);
            assertThat(cancels).as(which).isLessThanOrEqualTo(starts);
            CompletableFuture<?> future = futures[i];
            if (future == null) {
                assertThat(streams[i].ends).as(which).isLessThanOrEqualTo(1);
                assertThat(streams[i].ends == 1 || rolls[i] == 3).as(which).isTrue();
                assertThat(streams[i].parts).as(which).isLessThanOrEqualTo(1);
            } else {
                assertThat(future).as(which).isDone();
                checkAgreement(which, future, starts, cancels);
            }
        }
    }

    private static void checkAgreement(String which, CompletableFuture<?> future, int starts, int cancels) {
        if (future.isCancelled()) {
            return;
        }
        try {
            future.join();
            assertThat(starts).as(which).isEqualTo(1);
            assertThat(cancels).as(which).isZero();
        } catch (CompletionException failed) {
            RequestFailure failure = ((RequestException) failed.getCause()).failure();
            boolean byHandler = failure == RequestFailure.HANDLER_FAILED;
            assertThat(cancels).as("%s: %s", which, failure).isEqualTo(byHandler ? 0 : starts);
            assertThat(failure).as(which).isNotIn(RequestFailure.NO_HANDLER, RequestFailure.OVERLOADED);
        }
    }

    /** Counts what comes; wants all of it. */
    private static final class Signals implements Flow.Subscriber<Integer> {
        volatile Flow.Subscription subscription;
        volatile int parts;
        volatile int ends;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer part) {
            parts++;
        }

        @Override
        public void onError(Throwable failure) {
            ends++;
        }

        @Override
        public void onComplete() {
            ends++;
        }
    }
}
