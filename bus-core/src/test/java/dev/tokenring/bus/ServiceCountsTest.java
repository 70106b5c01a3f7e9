package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.BusSnapshot.ServiceSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each request that was made is in one of the counts of its service: in flight, replied to, or ended in some other way. */
class ServiceCountsTest extends BusTest {
    private static final Service<Integer, Integer> DOUBLE =
            Service.of("double", Integer.class, Integer.class).withCapacity(4);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int REQUESTS = 3000;

    private final Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));

    private Bus openStepped() {
        return open(BusOptions.DEFAULT.steppedBy(stepper));
    }

    private static ServiceSnapshot counts(Bus bus) {
        List<ServiceSnapshot> services = bus.snapshot().services();
        assertThat(services).hasSize(1);
        return services.get(0);
    }

    /** What is expected of a service; what is not named is 0. */
    private static final class Expected {
        final int responders;
        long inFlight;
        long replies;
        long failures;
        long timeouts;
        long cancellations;
        long sheds;
        long abandoned;

        Expected(int responders) {
            this.responders = responders;
        }

        void matches(Bus bus) {
            long requests = inFlight + replies + failures + timeouts + cancellations + sheds + abandoned;
            assertThat(counts(bus))
                    .isEqualTo(new ServiceSnapshot(
                            DOUBLE.name(),
                            responders,
                            DOUBLE.capacity(),
                            inFlight,
                            requests,
                            replies,
                            failures,
                            timeouts,
                            cancellations,
                            sheds,
                            abandoned));
        }
    }

    private static int doubled(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative");
        }
        return 2 * number;
    }

    @Test
    void everyEndIsCountedWhereItBelongs() {
        Bus bus = openStepped();
        bus.serve(DOUBLE, (number, context) -> doubled(number));
        var expected = new Expected(1);

        bus.request(DOUBLE, 1, LONG);
        bus.request(DOUBLE, -1, LONG);
        CompletableFuture<Integer> cancelled = bus.request(DOUBLE, 2, LONG);
        bus.request(DOUBLE, 3, Duration.ofMillis(1));
        expected.inFlight = 4;
        expected.matches(bus);

        cancelled.cancel(true);
        expected.inFlight = 3;
        expected.cancellations = 1;
        expected.matches(bus);

        bus.request(DOUBLE, 4, LONG); // takes the place of the cancelled one
        expected.inFlight = 4;
        expected.matches(bus);

        bus.request(DOUBLE, 5, LONG); // sheds the one with the least time left
        expected.sheds = 1;
        expected.matches(bus);

        bus.request(DOUBLE, 6, Duration.ofMillis(1)); // is itself the one with the least time left
        expected.sheds = 2;
        expected.matches(bus);

        stepper.run();
        expected.inFlight = 0;
        expected.replies = 3;
        expected.failures = 1;
        expected.matches(bus);

        bus.request(DOUBLE, 7, Duration.ofMillis(1));
        stepper.advance(Duration.ofMillis(1));
        expected.replies = 4;
        expected.matches(bus);
    }

    @Test
    void requestsThatAreNotAnsweredInTimeAreTimeouts() {
        Bus bus = openStepped();
        List<AsyncReplies<Integer>> open = new ArrayList<>();
        bus.serveAsync(DOUBLE, (number, replies) -> open.add(replies));
        bus.request(DOUBLE, 1, Duration.ofMillis(1));
        bus.request(DOUBLE, 2, LONG);
        stepper.run();
        var expected = new Expected(1);
        expected.inFlight = 2;
        expected.matches(bus);

        stepper.advance(Duration.ofSeconds(1));
        expected.inFlight = 1;
        expected.timeouts = 1;
        expected.matches(bus);

        open.get(1).fail(new IllegalStateException("no"));
        expected.inFlight = 0;
        expected.failures = 1;
        expected.matches(bus);
    }

    @Test
    void requestsOfResponderThatLeftStayCounted() throws Exception {
        Bus bus = openStepped();
        List<AsyncReplies<Integer>> open = new ArrayList<>();
        Subscription leaving = bus.serveAsync(DOUBLE, "leaving", (number, replies) -> open.add(replies));
        bus.request(DOUBLE, 1, LONG);
        bus.request(DOUBLE, 2, LONG);
        bus.serve(DOUBLE, "staying", (number, context) -> doubled(number));
        leaving.close();
        var expected = new Expected(1);
        expected.inFlight = 2;
        expected.matches(bus);
        stepper.run();
        expected.matches(bus);

        open.get(0).send(1);
        open.get(0).complete();
        expected.inFlight = 1;
        expected.replies = 1;
        expected.matches(bus);

        open.get(1).send(2);
        open.get(1).complete();
        stepper.advance(Duration.ofSeconds(1));
        expected.inFlight = 0;
        expected.replies = 2;
        expected.matches(bus);
    }

    @Test
    void whatTheClosedBusTurnsAwayIsAbandoned() {
        Bus bus = openStepped();
        List<AsyncReplies<Integer>> open = new ArrayList<>();
        bus.serveAsync(DOUBLE, (number, replies) -> open.add(replies));
        bus.request(DOUBLE, 1, LONG);
        bus.close();
        bus.request(DOUBLE, 2, LONG);
        var expected = new Expected(1);
        expected.abandoned = 2;
        expected.matches(bus);
    }

    @Test
    void streamsOfSubscribersThatLeaveOrDoWrongAreCancelled() {
        Bus bus = openStepped();
        bus.serveAsync(DOUBLE, (number, replies) -> {});
        bus.stream(DOUBLE, 1).subscribe(new Greeted(Flow.Subscription::cancel));
        bus.stream(DOUBLE, 2).subscribe(new Greeted(subscription -> subscription.request(-1)));
        var late = new Greeted(subscription -> {});
        bus.stream(DOUBLE, 3).subscribe(late);
        late.subscription.request(0);
        var expected = new Expected(1);
        expected.cancellations = 3;
        expected.matches(bus);
    }

    /** Does something as soon as it is greeted. */
    private static final class Greeted implements Flow.Subscriber<Integer> {
        private final Consumer<Flow.Subscription> then;
        private Flow.Subscription subscription;

        Greeted(Consumer<Flow.Subscription> then) {
            this.then = then;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            then.accept(given);
        }

        @Override
        public void onNext(Integer part) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void countsAreThoseOfTheCallersHoweverRequestsEnd(long seed) throws Exception {
        Bus bus = open();
        bus.serve(DOUBLE, "staying", (number, context) -> doubled(number));
        List<Future<List<CompletableFuture<Integer>>>> asking = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
            var random = new SplittableRandom(seed * 31 + caller);
            asking.add(start(() -> askMany(bus, random)));
        }
        Future<?> watching = start(() -> watch(bus, asking));
        for (int come = 0; come < 20; come++) {
            Subscription coming = bus.serveAsync(DOUBLE, "coming", (number, replies) -> {
                replies.send(doubled(number));
                replies.complete();
            });
            bus.snapshot();
            coming.close();
        }
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (Future<List<CompletableFuture<Integer>>> one : asking) {
            asked.addAll(get(one));
        }
        get(watching);
        await("all requests are over", () -> asked.stream().allMatch(CompletableFuture::isDone));

        Map<RequestFailure, Long> ends = new EnumMap<>(RequestFailure.class);
        asked.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .forEach(one -> ends.merge(failureOf(one), 1L, Long::sum));
        var expected = new Expected(1);
        expected.replies =
                asked.stream().filter(one -> !one.isCompletedExceptionally()).count();
        expected.failures = ends.getOrDefault(RequestFailure.HANDLER_FAILED, 0L);
        expected.timeouts = ends.getOrDefault(RequestFailure.TIMEOUT, 0L);
        expected.cancellations = ends.getOrDefault(RequestFailure.CANCELLED, 0L);
        expected.sheds = ends.getOrDefault(RequestFailure.OVERLOADED, 0L);
        expected.abandoned = ends.getOrDefault(RequestFailure.NO_HANDLER, 0L);
        expected.matches(bus);
    }

    private static List<CompletableFuture<Integer>> askMany(Bus bus, SplittableRandom random) {
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            Duration timeout = random.nextInt(10) == 0 ? Duration.ofNanos(random.nextInt(1, 20_000)) : LONG;
            Headers headers = Headers.NONE.withPriority(random.nextInt(3));
            CompletableFuture<Integer> reply = bus.request(DOUBLE, random.nextInt(-1, 10), headers, timeout);
            if (random.nextInt(10) == 0) {
                reply.cancel(true);
            }
            asked.add(reply);
        }
        return asked;
    }

    private static Object watch(Bus bus, List<? extends Future<?>> asking) {
        while (!asking.stream().allMatch(Future::isDone)) {
            ServiceSnapshot counts = counts(bus);
            assertThat(counts.replies()).isNotNegative();
            assertThat(counts.requests()).isLessThanOrEqualTo(3L * REQUESTS).isEqualTo(sum(counts));
        }
        return bus;
    }

    private static long sum(ServiceSnapshot counts) {
        return counts.inFlight()
                + counts.replies()
                + counts.failures()
                + counts.timeouts()
                + counts.cancellations()
                + counts.sheds()
                + counts.abandoned();
    }

    private static RequestFailure failureOf(CompletableFuture<?> ended) {
        if (ended.isCancelled()) {
            return RequestFailure.CANCELLED;
        }
        try {
            throw new AssertionError("replied " + ended.join());
        } catch (CompletionException failed) {
            return ((RequestException) failed.getCause()).failure();
        }
    }
}
