package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.BusSnapshot.SubscriptionSnapshot;
import dev.tokenring.bus.BusSnapshot.TopicSnapshot;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a bus tells about itself is what has happened on it. */
class SnapshotTest extends BusTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(4);
    private static final Service<Integer, Integer> DOUBLE = Service.of("double", Integer.class, Integer.class);

    private final Stepper stepper = Stepper.at(NOON);

    private Bus openStepped() {
        return open(BusOptions.DEFAULT.withName("stepped").steppedBy(stepper));
    }

    private static TopicSnapshot topic(Bus bus, Topic<?> topic) {
        return bus.snapshot().topics().stream()
                .filter(one -> one.name().equals(topic.name()))
                .findFirst()
                .orElseThrow();
    }

    private static SubscriptionSnapshot only(TopicSnapshot topic) {
        assertThat(topic.subscriptions()).hasSize(1);
        return topic.subscriptions().get(0);
    }

    @Test
    void whatWasPublishedRefusedAndHandledIsCounted() {
        Bus bus = openStepped();
        bus.subscription(NUMBERS).named("reader").handle((number, context) -> {});
        for (int number = 0; number < 6; number++) {
            bus.tryPublish(NUMBERS, number);
        }
        TopicSnapshot full = topic(bus, NUMBERS);
        assertThat(full).isEqualTo(new TopicSnapshot("numbers", Integer.class, 4, 4, 2, 4, full.subscriptions()));
        assertThat(only(full))
                .isEqualTo(
                        new SubscriptionSnapshot("reader", "in order", null, 0, 4, 0, 0, 0, 0, "the stepping thread"));

        assertThat(stepper.step()).isTrue();
        TopicSnapshot lessFull = topic(bus, NUMBERS);
        assertThat(lessFull.used()).isEqualTo(3);
        assertThat(only(lessFull).delivered()).isEqualTo(1);
        assertThat(only(lessFull).lag()).isEqualTo(3);
    }

    @Test
    void abortedClaimsAndMessagesToNobodyAreNotCountedAsPublished() {
        Bus bus = openStepped();
        Topic<int[]> cells = Topic.inPlace("cells", int[].class, () -> new int[1]);
        Publisher<int[]> publisher = bus.publisher(cells);
        publisher.publishInPlace(cell -> cell[0] = 1);
        bus.publish(NUMBERS, 1);
        bus.subscribe(cells, (cell, context) -> {});
        publisher.publishInPlace(cell -> cell[0] = 2);
        publisher.claim().abort();
        assertThat(topic(bus, cells).published()).isEqualTo(1);
        assertThat(topic(bus, NUMBERS).published()).isZero();
        stepper.run();
        assertThat(only(topic(bus, cells)).delivered()).isEqualTo(1);
        assertThat(topic(bus, cells).used()).isZero();
    }

    @Test
    void failuresRetriesAndDeadLettersAreCounted() {
        Bus bus = openStepped();
        bus.subscription(NUMBERS)
                .retry(RetryPolicy.of(3).withBackoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1)))
                .handle((number, context) -> {
                    throw new IllegalStateException("always");
                });
        bus.publish(NUMBERS, 1);
        stepper.run();
        SubscriptionSnapshot once = only(topic(bus, NUMBERS));
        assertThat(once.failures()).isEqualTo(1);
        assertThat(once.retries()).isEqualTo(1);
        assertThat(once.lag()).as("it waits for its retry").isEqualTo(1);
        assertThat(once.deadLetters()).isZero();
        stepper.advance(Duration.ofMinutes(1));
        SubscriptionSnapshot givenUp = only(topic(bus, NUMBERS));
        assertThat(givenUp.failures()).isEqualTo(3);
        assertThat(givenUp.retries()).isEqualTo(2);
        assertThat(givenUp.deadLetters()).isEqualTo(1);
        assertThat(givenUp.lag()).isZero();
    }

    @Test
    void whatALossySubscriptionMissedIsCountedAndNoLag() {
        Bus bus = openStepped();
        var told = new long[1];
        bus.subscription(NUMBERS).newestOnly().handle((number, context) -> told[0] += context.missed());
        for (int number = 0; number < 100; number++) {
            bus.publish(NUMBERS, number);
        }
        assertThat(only(topic(bus, NUMBERS)).lag()).isLessThanOrEqualTo(4);
        stepper.run();
        SubscriptionSnapshot reader = only(topic(bus, NUMBERS));
        assertThat(reader.missed()).isPositive().isEqualTo(told[0]);
        assertThat(reader.delivered() + reader.missed()).isEqualTo(100);
        assertThat(reader.lag()).isZero();
    }

    @Test
    void eachWayOfReadingHasItsName() {
        Bus bus = openStepped();
        bus.subscription(NUMBERS).named("a").handle((number, context) -> {});
        bus.subscription(NUMBERS).named("b").group("g").handle((number, context) -> {});
        bus.subscription(NUMBERS).named("c").group("k").keyedBy(n -> n).handle((number, context) -> {});
        bus.subscription(NUMBERS).named("d").newestOnly().handle((number, context) -> {});
        bus.subscription(NUMBERS).named("e").urgentFirst().handle((number, context) -> {});
        bus.subscription(NUMBERS).named("f").on(Execution.virtualThreads(2)).handle((number, context) -> {});
        bus.subscription(NUMBERS).named("g").handleBatches((numbers, context) -> {});
        bus.subscription(NUMBERS).named("i").toFlow().subscribe(new Reader<>(1));
        try (Poller<Integer> poller = bus.subscription(NUMBERS).named("h").poller()) {
            assertThat(topic(bus, NUMBERS).subscriptions())
                    .extracting(SubscriptionSnapshot::kind)
                    .containsExactly(
                            "in order",
                            "group g",
                            "keyed group k",
                            "newest only",
                            "urgent first",
                            "on other threads",
                            "in order",
                            "poller",
                            "flow");
            assertThat(topic(bus, NUMBERS).subscriptions().get(7).threadName()).isNull();
            assertThat(poller.poll()).isNull();
        }
    }

    @Test
    void snapshotPrintsAsTables() {
        Bus bus = openStepped();
        bus.subscription(NUMBERS).named("reader").handle((number, context) -> {});
        bus.serve(DOUBLE, (number, context) -> 2 * number);
        bus.publish(NUMBERS, 1);
        bus.publish(NUMBERS, 2);
        bus.request(DOUBLE, 3);
        stepper.step();
        assertThat(bus.snapshot()).hasToString("""
                bus stepped at 2026-11-01T12:00:00Z

                topic    type     capacity  used  published  refused
                numbers  Integer         4     1          2        0

                topic    subscription  kind      delivered  lag  failures  retries  dead letters  missed  thread
                numbers  reader        in order          1    1         0        0             0       0  the stepping thread

                service  responders  capacity  in flight  requests  replies  failures  timeouts  cancelled  shed  abandoned
                double            1      1024          1         1        0         0         0          0     0          0
                """);
    }
}
