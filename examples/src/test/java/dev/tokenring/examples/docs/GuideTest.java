package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.BusOptions;
import dev.tokenring.bus.Claim;
import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Execution;
import dev.tokenring.bus.Gather;
import dev.tokenring.bus.Gathered;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Interceptor;
import dev.tokenring.bus.Poller;
import dev.tokenring.bus.Probe;
import dev.tokenring.bus.PublishOutcome;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Stepper;
import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.TopicPattern;
import dev.tokenring.bus.TraceContext;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The snippets of the guide. */
class GuideTest {
    record Reading(String sensor, double value) {}

    // snippet
    static final Topic<Reading> READINGS = Topic.of("plant.boiler.readings", Reading.class);
    static final Topic<Reading> MANY =
            Topic.of("plant.all-readings", Reading.class).withCapacity(65_536).withWaitStrategy(WaitStrategy.YIELDING);
    // end

    record Question(String text) {}

    record Answer(String text) {}

    // snippet
    static final Service<Question, Answer> ORACLE = Service.of("oracle", Question.class, Answer.class)
            .withCapacity(64)
            .withMerge((part, next) -> new Answer(part.text() + next.text()));
    // end

    private static final Service<Question, Answer> LIBRARY = Service.of("library", Question.class, Answer.class);

    private final List<Object> seen = new CopyOnWriteArrayList<>();

    private void show(Object what) {
        seen.add(what);
    }

    private static Answer think(Question question) {
        return new Answer("It depends on " + question.text());
    }

    @Test
    void publishAndSubscribe() {
        // snippet
        try (Bus bus = Bus.open()) {
            Subscription all = bus.subscribe(READINGS, (reading, context) -> show(reading));

            bus.publish(READINGS, new Reading("t1", 71.5)); // waits while the ring is full
            PublishOutcome outcome = bus.tryPublish(READINGS, new Reading("t1", 71.6)); // never waits

            Publisher<Reading> often = bus.publisher(READINGS); // spares the look-up
            often.publish(new Reading("t2", 20.0), Headers.NONE.withSender("boiler"));
            // not shown
            assertThat(outcome).isEqualTo(PublishOutcome.PUBLISHED);
            // shown
            all.close(); // optional: closing the bus closes everything
        }
        // end
        assertThat(seen).hasSizeLessThanOrEqualTo(3);
        assertThat(MANY.capacity()).isEqualTo(65_536);
    }

    @Test
    void waysOfDelivery() {
        try (Bus bus = Bus.open()) {
            // snippet
            // Each message goes to one member; readings of one sensor stay in order.
            SubscriptionBuilder<Reading> members =
                    bus.subscription(READINGS).group("store").keyedBy(Reading::sensor);
            for (int i = 0; i < 3; i++) {
                members.handle((reading, context) -> show(reading));
            }

            // A display wants the newest, and holds back nobody.
            bus.subscription(READINGS).newestOnly().handle((reading, context) -> show(context.missed()));

            // Alarms first, but nothing waits for ever.
            bus.subscription(READINGS).urgentFirst().handle((reading, context) -> show(reading));

            // Only what is hot, in batches.
            bus.subscription(READINGS).filter(reading -> reading.value() > 90).handleBatches((hot, last) -> show(hot));

            // All topics of a form, those included that are yet to come.
            bus.subscribe(
                    TopicPattern.of("plant.*.readings", Reading.class), (reading, context) -> show(context.topic()));
            // end
            bus.publish(READINGS, new Reading("t1", 99));
        }
        assertThat(seen).hasSize(5);
    }

    @Test
    void pull() {
        try (Bus bus = Bus.open()) {
            // snippet
            try (Poller<Reading> poller = bus.subscription(READINGS).poller()) {
                bus.publish(READINGS, new Reading("t1", 71.5));
                for (Reading reading = poller.poll(); reading != null; reading = poller.poll()) {
                    show(reading);
                }
            }
            // end
        }
        assertThat(seen).hasSize(1);
    }

    /** Filled again and again. */
    static final class Sample {
        long value;
    }

    @Test
    void inPlace() {
        // snippet
        Topic<Sample> samples =
                Topic.inPlace("samples", Sample.class, Sample::new).withSinglePublisher();
        try (Bus bus = Bus.open()) {
            bus.subscribe(samples, (sample, context) -> show(sample.value));

            Publisher<Sample> publisher = bus.publisher(samples);
            publisher.publishInPlace(sample -> sample.value = 1);
            try (Claim<Sample> claim = publisher.claim()) {
                claim.message().value = 2;
                claim.commit(); // without it, closing the claim aborts it
            }
        }
        // end
        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void services() {
        // snippet
        try (Bus bus = Bus.open()) {
            bus.serve(ORACLE, (question, context) -> think(question));

            CompletableFuture<Answer> answer = bus.request(ORACLE, new Question("life"), Duration.ofSeconds(5));
            show(answer.join());
        }
        // end
        assertThat(seen).containsExactly(new Answer("It depends on life"));
    }

    @Test
    void requestsEnd() {
        try (Bus bus = Bus.open()) {
            // snippet
            try {
                bus.request(ORACLE, new Question("life")).join();
            } catch (CompletionException failed) {
                RequestFailure failure = ((RequestException) failed.getCause()).failure();
                show(failure + (failure.retryable() ? ": try again" : ": give up"));
            }
            // end
        }
        assertThat(seen).containsExactly("NO_HANDLER: try again");
    }

    @Test
    void urgentRequest() {
        try (Bus bus = Bus.open()) {
            bus.serve(ORACLE, (question, context) -> {
                show(context.headers().priority());
                return think(question);
            });
            // snippet
            bus.request(
                    ORACLE, new Question("fire?"), Headers.NONE.withPriority(9), Duration.ofSeconds(1)); // 0 is usual
            // end
        }
        assertThat(seen).containsExactly(9);
    }

    // snippet
    final class Tracing implements Interceptor {
        @Override
        public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
            TraceContext before = TraceContext.of(cause); // of what is being handled on this thread
            RandomGenerator random = ThreadLocalRandom.current();
            TraceContext now = before == null ? TraceContext.newRoot(random) : before.child(random);
            return headers.withTraceContext(now.toString());
        }

        @Override
        public void aroundHandle(String topic, String subscription, Object message, Headers headers, Proceed proceed)
                throws Exception {
            long startNs = System.nanoTime();
            try {
                proceed.proceed();
            } finally {
                show(topic + " took " + (System.nanoTime() - startNs) + " ns in trace " + headers.traceContext());
            }
        }
    }
    // end

    @Test
    void inside() {
        // snippet
        Bus bus = Bus.open(BusOptions.DEFAULT.withInterceptor(new Tracing()));
        // end
        try (bus) {
            bus.subscribe(READINGS, (reading, context) -> bus.publish(ALARMS, reading.sensor()));
            bus.subscribe(ALARMS, (alarm, context) -> {});
            bus.publish(READINGS, new Reading("t1", 1));
            // snippet
            System.out.print(bus.snapshot());
            // end
        }
        List<String> traces = seen.stream()
                .map(line -> line.toString().replaceFirst(".* in trace 00-(.{32}).*", "$1"))
                .toList();
        assertThat(traces).hasSize(2).containsOnly(traces.get(0)).allMatch(trace -> trace.length() == 32);
    }

    @Test
    void streams() {
        try (Bus bus = Bus.open()) {
            // snippet
            bus.serveStream(ORACLE, (question, replies) -> {
                for (String word : think(question).text().split(" ")) {
                    if (!replies.send(new Answer(word + " "))) {
                        return; // nobody wants the rest
                    }
                }
            });
            bus.stream(ORACLE, new Question("life"), Duration.ofSeconds(5), part -> show(part.text()))
                    .join();
            // end
        }
        assertThat(seen).containsExactly("It ", "depends ", "on ", "life ");
    }

    @Test
    void manyHandlers() {
        try (Bus bus = Bus.open()) {
            // snippet
            bus.serve(ORACLE, "optimist", (question, context) -> new Answer("yes"));
            bus.serve(ORACLE, "pessimist", (question, context) -> new Answer("no"));

            bus.request(ORACLE, new Question("rain?")); // goes to the one with less to do
            Gathered<Answer> both = bus.gather(ORACLE, new Question("rain?"), Gather.all(), Duration.ofSeconds(1))
                    .join();
            show(both.replies());

            bus.replace(ORACLE, "pessimist", (question, context) -> new Answer("perhaps")); // no request is lost
            // end
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void asynchronous() {
        Executor engine = Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "engine");
            thread.setDaemon(true);
            return thread;
        });
        try (Bus bus = Bus.open()) {
            // snippet
            bus.serveAsync(
                    ORACLE,
                    (question, replies) -> engine.execute(() -> {
                        try {
                            replies.send(think(question));
                            replies.complete();
                        } catch (InterruptedException closing) {
                            replies.fail(closing);
                        }
                    }));
            // end
            show(bus.request(ORACLE, new Question("life")).join());
        }
        assertThat(seen).hasSize(1);
    }

    /** Passes a question on, and completes the reply with what comes back. */
    private static void passOn(Bus bus, Question question, AsyncReplies<Answer> replies) {
        bus.request(LIBRARY, question).whenComplete((answer, failure) -> {
            try {
                replies.send(answer);
                replies.complete();
            } catch (InterruptedException closing) {
                replies.fail(closing);
            }
        });
    }

    @Test
    void asynchronousAndNested() {
        try (Bus bus = Bus.open()) {
            Executor engine = Runnable::run;
            bus.serve(LIBRARY, (question, context) -> think(question));
            // snippet
            bus.serveAsync(
                    ORACLE,
                    (question, replies) -> engine.execute(() -> replies.run(() -> passOn(bus, question, replies))));
            // end
            show(bus.request(ORACLE, new Question("life")).join());
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void serviceOnManyThreads() {
        try (Bus bus = Bus.open()) {
            // snippet
            bus.service(ORACLE)
                    .named("library")
                    .on(Execution.virtualThreads(16))
                    .serveStream((question, replies) -> replies.send(think(question)));
            // end
            show(bus.request(ORACLE, new Question("life")).join());
        }
        assertThat(seen).hasSize(1);
    }

    private static void store(Reading reading) {
        if (reading.value() < 0) {
            throw new IllegalArgumentException(reading + " can't be stored");
        }
    }

    @Test
    void failure() {
        try (Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(error -> {}))) {
            // snippet
            bus.subscription(READINGS)
                    .named("store")
                    .retry(RetryPolicy.of(3).withBackoff(Duration.ofMillis(10), 2, Duration.ofSeconds(1)))
                    .handle((reading, context) -> store(reading));
            // end
            bus.subscribe(DeadLetter.topicOf(READINGS), (letter, context) -> show(letter.attempts()));
            bus.publish(READINGS, new Reading("t1", -1));
            while (seen.isEmpty()) {
                Thread.onSpinWait();
            }
            // snippet
            for (DeadLetter<Reading> letter : bus.deadLetters(READINGS)) {
                Reading bad = letter.message();
                bus.redrive(letter.withMessage(new Reading(bad.sensor(), Math.abs(bad.value()))));
            }
            // end
        }
        assertThat(seen).containsExactly(3);
    }

    @Test
    void threads() {
        try (Bus bus = Bus.open()) {
            Topic<Reading> quiet = Topic.of("plant.cellar.readings", Reading.class);
            // snippet
            bus.subscribe(READINGS, (reading, context) -> show(reading)); // a thread of its own
            bus.subscription(quiet).on(Execution.eventLoop("quiet")).handle((reading, context) -> show(reading));
            bus.subscription(READINGS)
                    .on(Execution.virtualThreads(100))
                    .keyedBy(Reading::sensor)
                    .handle((reading, context) -> callSomebodySlow(reading));
            // end
            bus.publish(READINGS, new Reading("t1", 1));
            bus.publish(quiet, new Reading("t9", 1));
        }
        assertThat(seen).hasSize(3);
    }

    private void callSomebodySlow(Reading reading) {
        show(reading.sensor());
    }

    private static boolean isHot(Reading reading) {
        return reading.value() > 90;
    }

    // snippet
    static final Topic<String> ALARMS = Topic.of("plant.alarms", String.class);

    /** What is to be tested. */
    static void watch(Bus bus) {
        bus.subscription(READINGS)
                .named("watch")
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofMinutes(1), 1, Duration.ofMinutes(1)))
                .handle((reading, context) -> {
                    if (Double.isNaN(reading.value())) {
                        throw new IllegalArgumentException(reading.sensor() + " is broken");
                    }
                    if (isHot(reading)) {
                        bus.publish(ALARMS, reading.sensor() + " is hot", context.headers());
                    }
                });
    }
    // end

    @Test
    void testing() {
        // snippet
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper).withErrorSink(error -> {}))) {
            watch(bus);
            Probe<String> alarms = Probe.on(bus, ALARMS);

            bus.publish(READINGS, new Reading("t1", 71.5));
            bus.publish(READINGS, new Reading("t2", 99), Headers.NONE.withSender("boiler"));
            stepper.run();
            assertThat(alarms.next()).isEqualTo("t2 is hot");
            assertThat(alarms.headers().get(0).sender()).isEqualTo("boiler");
            alarms.expectNone();
        }
        // end
    }

    @Test
    void testingFailure() {
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper).withErrorSink(error -> {}))) {
            watch(bus);
            // snippet
            Probe<DeadLetter<Reading>> givenUp = Probe.on(bus, DeadLetter.topicOf(READINGS));
            bus.publish(READINGS, new Reading("t3", Double.NaN));
            stepper.run();
            givenUp.expectNone(); // it will be tried once more
            stepper.advance(Duration.ofMinutes(2));
            assertThat(givenUp.next().lastError()).hasMessage("t3 is broken");
            // end
        }
    }

    @Test
    void testingWithThreads() {
        // snippet
        try (Bus bus = Bus.open()) {
            watch(bus);
            Probe<String> alarms = Probe.on(bus, ALARMS);
            bus.publish(READINGS, new Reading("t1", 95));
            bus.publish(READINGS, new Reading("t2", 99));
            assertThat(alarms.await(2, Duration.ofSeconds(10))).containsExactly("t1 is hot", "t2 is hot");
        }
        // end
    }

    @Test
    void testingInPlace() {
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        Topic<Sample> samples = Topic.inPlace("samples", Sample.class, Sample::new);
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper))) {
            // snippet
            Probe<Long> values = Probe.on(bus, samples, sample -> sample.value);
            // end
            bus.publisher(samples).publishInPlace(sample -> sample.value = 1);
            bus.publisher(samples).publishInPlace(sample -> sample.value = 2);
            stepper.run();
            assertThat(values.messages()).containsExactly(1L, 2L);
        }
    }
}
