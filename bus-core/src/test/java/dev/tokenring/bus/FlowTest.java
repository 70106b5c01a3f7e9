package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.SkipException;

/** Topics as Reactive Streams, in both directions; the TCK's TestNG methods run as tests of JUnit. */
class FlowTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(16);

    /** Publishes as many numbers as a test of the TCK asks for, as soon as somebody subscribes, and closes the topic. */
    public static final class OutVerification extends FlowPublisherVerification<Integer> {
        private final FlowTest test;
        private final Bus bus;

        OutVerification(FlowTest test, Bus bus) {
            super(new TestEnvironment(PATIENCE.toMillis(), 50, 50), 300);
            this.test = test;
            this.bus = bus;
        }

        @Override
        public Flow.Publisher<Integer> createFlowPublisher(long elements) {
            Flow.Publisher<Integer> numbers = bus.subscription(NUMBERS).toFlow();
            return subscriber -> {
                numbers.subscribe(subscriber);
                if (subscriber != null) {
                    test.start(() -> publish(elements));
                }
            };
        }

        private Void publish(long elements) {
            try {
                for (long i = 0; i < elements; i++) {
                    bus.publish(NUMBERS, (int) i);
                }
                bus.remove(NUMBERS);
            } catch (BusClosedException theTestIsOver) {
                // It wanted no more.
            }
            return null;
        }

        @Override
        public Flow.Publisher<Integer> createFailedFlowPublisher() {
            Bus closed = Bus.open();
            closed.close();
            return closed.subscription(NUMBERS).toFlow();
        }
    }

    /** Publishes what a test of the TCK gives. */
    public static final class InVerification extends FlowSubscriberBlackboxVerification<Integer> {
        private final Bus bus;

        InVerification(Bus bus) {
            super(new TestEnvironment(PATIENCE.toMillis(), 50, 50));
            this.bus = bus;
        }

        @Override
        public Flow.Subscriber<Integer> createFlowSubscriber() {
            return bus.publisher(NUMBERS).asSubscriber();
        }

        @Override
        public Integer createElement(int element) {
            return element;
        }
    }

    @TestFactory
    Stream<DynamicTest> topicAsPublisherObeysReactiveStreams() {
        return tests(FlowPublisherVerification.class, method -> {
            Bus bus = open();
            var verification = new OutVerification(this, bus);
            verification.setUp();
            try {
                method.invoke(verification);
            } finally {
                bus.close(Duration.ofMillis(1));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> topicAsSubscriberObeysReactiveStreams() {
        return tests(FlowSubscriberBlackboxVerification.class, method -> {
            Bus bus = open();
            bus.subscribe(NUMBERS, (number, context) -> {});
            var verification = new InVerification(bus);
            verification.startPublisherExecutorService();
            verification.setUp();
            try {
                method.invoke(verification);
            } finally {
                verification.shutdownPublisherExecutorService();
            }
        });
    }

    private interface Check {
        void run(Method method) throws Exception;
    }

    private static Stream<DynamicTest> tests(Class<?> verification, Check check) {
        return Arrays.stream(verification.getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                // Rules that the TCK names but can't check.
                .filter(method -> !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> {
                    try {
                        check.run(method);
                    } catch (InvocationTargetException thrown) {
                        if (thrown.getCause() instanceof SkipException skipped) {
                            abort(skipped.getMessage());
                        }
                        throw thrown.getCause();
                    }
                }));
    }

    @Test
    void slowSubscriberHoldsBackPublishersUnlessItWantsTheNewestOnly() {
        Bus bus = open();
        var all = new Reader<Integer>(0);
        var newest = new Reader<Integer>(0);
        bus.subscription(NUMBERS).toFlow().subscribe(all);
        bus.subscription(NUMBERS).newestOnly().toFlow().subscribe(newest);
        await("both are greeted", () -> all.subscription != null && newest.subscription != null);
        for (int i = 0; i < 16; i++) {
            bus.publish(NUMBERS, i);
        }
        assertThat(bus.tryPublish(NUMBERS, 16)).isEqualTo(PublishOutcome.BACK_PRESSURED);
        all.subscription.request(5);
        await("five arrive", () -> all.signals.size() == 6);
        assertThat(bus.tryPublish(NUMBERS, 16)).isEqualTo(PublishOutcome.PUBLISHED);
        newest.subscription.request(1);
        await("one arrives", () -> newest.signals.size() == 2);
        assertThat((Integer) newest.signals.get(1)).isPositive();
        all.subscription.cancel();
        newest.subscription.cancel();
        await("both have left", () -> bus.tryPublish(NUMBERS, 17) == PublishOutcome.NO_SUBSCRIPTION);
    }

    @Test
    void sourceIsSlowedDownToWhatTheTopicTakes() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        List<Integer> handled = new CopyOnWriteArrayList<>();
        bus.subscribe(NUMBERS, (number, context) -> {
            gate.pass();
            handled.add(number);
        });
        try (var source = new SubmissionPublisher<Integer>(Runnable::run, 1024)) {
            source.subscribe(bus.publisher(NUMBERS).asSubscriber());
            for (int i = 0; i < 500; i++) {
                source.submit(i);
            }
            gate.awaitArrival();
            assertThat(source.estimateMaximumLag()).isGreaterThan(400);
            gate.open();
            await("all arrive", () -> handled.size() == 500);
            assertThat(handled).isEqualTo(IntStream.range(0, 500).boxed().toList());
            source.closeExceptionally(new IllegalStateException("the source broke"));
            await("its error is reported", () -> errors.size() == 1);
            assertThat(errors.get(0).cause()).hasMessage("the source broke");
        }
    }

    /** A source that is told what to give; what it throws when asked for more can be chosen. */
    private static final class Source implements Flow.Subscription {
        final AtomicLong asked = new AtomicLong();
        volatile boolean broken;

        @Override
        public void request(long count) {
            if (broken) {
                throw new IllegalStateException("the source broke");
            }
            asked.addAndGet(count);
        }

        @Override
        public void cancel() {}
    }

    @Test
    void sourceThatThrowsWhenAskedForMoreStopsNoTimer() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        List<Integer> handled = new CopyOnWriteArrayList<>();
        bus.subscribe(NUMBERS, (number, context) -> {
            gate.pass();
            handled.add(number);
        });
        Flow.Subscriber<Integer> subscriber = bus.publisher(NUMBERS).asSubscriber();
        var source = new Source();
        subscriber.onSubscribe(source);
        for (int i = 0; i < 20; i++) {
            subscriber.onNext(i);
        }
        source.broken = true;
        gate.open();
        await("all arrive", () -> handled.size() == 20);
        await("what it threw is reported", () -> !errors.isEmpty());
        assertThat(errors).allSatisfy(error -> assertThat(error.cause()).hasMessage("the source broke"));
        Service<Integer, Integer> silent = Service.of("silent", Integer.class, Integer.class);
        bus.serveAsync(silent, (request, replies) -> {});
        assertThat(RequestTest.failureOf(bus.request(silent, 1, Duration.ofMillis(10)))
                        .failure())
                .isEqualTo(RequestFailure.TIMEOUT);
    }

    @Test
    void messageThatIsNotLetThroughIsReportedAndTheNextArePublished() {
        Interceptor guard = new Interceptor() {
            @Override
            public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
                if (message.equals(1)) {
                    throw new SecurityException("not allowed");
                }
                return headers;
            }
        };
        Bus bus = open(BusOptions.DEFAULT.withInterceptor(guard));
        List<Integer> handled = new CopyOnWriteArrayList<>();
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Flow.Subscriber<Integer> subscriber = bus.publisher(NUMBERS).asSubscriber();
        var source = new Source();
        subscriber.onSubscribe(source);
        long askedAtFirst = source.asked.get();
        for (int i = 0; i < 4; i++) {
            subscriber.onNext(i);
        }
        await("the others arrive", () -> handled.equals(List.of(0, 2, 3)));
        assertThat(source.asked).hasValue(askedAtFirst + 4);
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.topic()).isEqualTo("numbers");
            assertThat(error.cause()).hasMessage("not allowed");
        });
    }

    @Test
    void lagOfASubscriberThatWantsTheNewestOnlyCountsWhatItCanStillGet() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        var newest = new Reader<Integer>(1);
        bus.subscription(NUMBERS).newestOnly().toFlow().subscribe(newest);
        for (int i = 0; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        stepper.run();
        assertThat(newest.signals).hasSize(2);
        BusSnapshot.SubscriptionSnapshot before =
                bus.snapshot().topics().get(0).subscriptions().get(0);
        assertThat(before.lag()).isEqualTo(99 - (Integer) newest.signals.get(1)).isPositive();
        assertThat(before.delivered() + before.lag() + before.missed()).isEqualTo(100);
        newest.subscription.request(Long.MAX_VALUE);
        stepper.run();
        assertThat(bus.snapshot().topics().get(0).subscriptions().get(0).lag()).isZero();
    }
}
