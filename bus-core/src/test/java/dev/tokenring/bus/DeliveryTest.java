package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Filters, priorities, lossy subscriptions, batches, pollers, patterns: how else messages can be delivered. */
class DeliveryTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(16);

    private final Gate gate = new Gate();
    private final List<Integer> handled = new CopyOnWriteArrayList<>();

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void filterLetsThroughWhatPassesAllTests() {
        Bus bus = open();
        Subscription some = bus.subscription(NUMBERS)
                .filter(number -> number % 2 == 0)
                .filter(number -> number % 3 == 0)
                .handle((number, context) -> handled.add(number));
        for (int i = 0; i < 40; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all arrive", () -> handled.size() == 7 && some.lag() == 0);
        assertThat(handled).containsExactly(0, 6, 12, 18, 24, 30, 36);
        assertThat(some.delivered()).isEqualTo(7);
    }

    @Test
    void lossySubscriptionHoldsBackNobodyAndKnowsWhatItMissed() throws Exception {
        Bus bus = open();
        var missed = new AtomicLong();
        bus.subscription(NUMBERS).newestOnly().handle((number, context) -> {
            if (number == 0) {
                gate.pass();
            }
            missed.addAndGet(context.missed());
            handled.add(number);
        });
        var faithful = new CopyOnWriteArrayList<Integer>();
        bus.subscribe(NUMBERS, (number, context) -> faithful.add(number));
        bus.publish(NUMBERS, 0);
        gate.awaitArrival();
        for (int i = 1; i < 1_000; i++) {
            bus.publish(NUMBERS, i);
        }
        await("the faithful one gets all", () -> faithful.size() == 1_000);
        gate.open();
        await("the newest arrives", () -> handled.contains(999));
        assertThat(faithful).isEqualTo(range(0, 1_000));
        assertThat(handled).isSorted().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(18);
        assertThat(handled.size() + missed.get()).isEqualTo(1_000);
    }

    @Test
    void lossySubscriptionAloneMissesNothingThatIsLost() {
        Bus bus = open();
        var missed = new AtomicLong();
        var count = new AtomicInteger();
        var last = new AtomicInteger();
        bus.subscription(NUMBERS).newestOnly().handle((number, context) -> {
            missed.addAndGet(context.missed());
            count.incrementAndGet();
            last.set(number);
        });
        for (int i = 1; i <= 200_000; i++) {
            assertThat(bus.tryPublish(NUMBERS, i)).isEqualTo(PublishOutcome.PUBLISHED);
        }
        await("the newest arrives", () -> last.get() == 200_000);
        assertThat(count.get() + missed.get()).isEqualTo(200_000);
    }

    @Test
    void mostUrgentComesFirstAndOneInSixteenIsTheOldest() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        Topic<String> topic = Topic.of("urgent", String.class).withCapacity(64);
        var order = new ArrayList<String>();
        bus.subscription(topic).urgentFirst().handle((word, context) -> order.add(word));
        bus.publisher(topic).publish("low", Headers.NONE.withPriority(-1));
        for (int i = 0; i < 20; i++) {
            bus.publisher(topic).publish("normal" + i);
            bus.publisher(topic).publish("high" + i, Headers.NONE.withPriority(5));
        }
        stepper.run();
        var expected = new ArrayList<String>();
        IntStream.range(0, 15).forEach(i -> expected.add("high" + i));
        expected.add("low");
        IntStream.range(15, 20).forEach(i -> expected.add("high" + i));
        IntStream.range(0, 20).forEach(i -> expected.add("normal" + i));
        assertThat(order).isEqualTo(expected);
    }

    @Test
    void batchesHoldWhatWasWaiting() throws Exception {
        Bus bus = open();
        var batches = new CopyOnWriteArrayList<List<Integer>>();
        bus.subscription(NUMBERS).filter(number -> number != 3).handleBatches((numbers, last) -> {
            if (numbers.get(0) == 0) {
                gate.pass();
            }
            assertThat(last.batchEnd()).isTrue();
            batches.add(numbers);
        });
        bus.publish(NUMBERS, 0);
        gate.awaitArrival();
        for (int i = 1; i < 10; i++) {
            bus.publish(NUMBERS, i);
        }
        gate.open();
        await("all arrive", () -> batches.stream().mapToInt(List::size).sum() == 9);
        assertThat(batches.stream().flatMap(List::stream)).containsExactly(0, 1, 2, 4, 5, 6, 7, 8, 9);
        assertThat(batches).hasSizeLessThan(9);
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, 4));
    }

    @Test
    void failedBatchIsRetriedOneByOne() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        bus.subscription(NUMBERS)
                .retry(RetryPolicy.of(2)
                        .withBackoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1))
                        .withJitter(0))
                .handleBatches((numbers, last) -> {
                    if (last.attempt() == 1 || numbers.contains(1)) {
                        throw new IllegalStateException("no");
                    }
                    handled.addAll(numbers);
                });
        bus.publisher(NUMBERS).publishAll(List.of(0, 1, 2), Headers.NONE);
        stepper.run();
        assertThat(handled).isEmpty();
        stepper.advance(Duration.ofSeconds(1));
        assertThat(handled).containsExactly(0, 2);
        assertThat(bus.deadLetters(NUMBERS)).singleElement().satisfies(letter -> {
            assertThat(letter.message()).isEqualTo(1);
            assertThat(letter.attempts()).isEqualTo(2);
        });
    }

    @Test
    void pollerHandsOutWhenAskedAndHoldsBackPublishers() throws Exception {
        Bus bus = open();
        Poller<Integer> poller =
                bus.subscription(NUMBERS).filter(number -> number != 2).poller();
        assertThat(poller.poll()).isNull();
        assertThat(poller.poll(Duration.ofMillis(5))).isNull();
        for (int i = 0; i < 16; i++) {
            bus.publisher(NUMBERS).publish(i, Headers.NONE.withSender("me"));
        }
        assertThat(bus.tryPublish(NUMBERS, 16)).isEqualTo(PublishOutcome.BACK_PRESSURED);
        assertThat(poller.lag()).isEqualTo(16);
        assertThat(poller.poll()).isEqualTo(0);
        assertThat(poller.context().headers().sender()).isEqualTo("me");
        assertThat(poller.poll(PATIENCE)).isEqualTo(1);
        assertThat(poller.poll()).isEqualTo(3);
        assertThat(bus.tryPublish(NUMBERS, 16)).isEqualTo(PublishOutcome.PUBLISHED);
        var later = start(() -> poller.poll(PATIENCE));
        assertThat(get(later)).isEqualTo(4);
        poller.close();
        poller.close();
        assertThat(poller.isEnded()).isTrue();
        assertThat(poller.poll()).isNull();
        assertThat(bus.tryPublish(NUMBERS, 17)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
    }

    @Test
    void pollerLearnsThatTheBusHasClosed() throws Exception {
        Bus bus = open();
        Poller<Integer> poller = bus.subscription(NUMBERS).poller();
        bus.publish(NUMBERS, 1);
        assertThat(bus.close(Duration.ofMillis(1)).abandoned()).isEqualTo(1);
        assertThat(poller.poll(PATIENCE)).isNull();
        assertThat(poller.isEnded()).isTrue();
    }

    @Test
    void patternGetsTheTopicsThatAreThereAndThoseToCome() {
        Bus bus = open();
        Topic<Integer> early = Topic.of("llm.tokenizer.requests", Integer.class);
        Topic<Integer> late = Topic.of("llm.generation.requests", Integer.class);
        Topic<String> otherType = Topic.of("llm.moderation.requests", String.class);
        bus.publisher(early);
        var heard = new CopyOnWriteArrayList<String>();
        var threads = new CopyOnWriteArrayList<String>();
        Subscription all = bus.subscribe(TopicPattern.of("llm.*.requests", Integer.class), (number, context) -> {
            heard.add(context.topic() + " " + number);
            threads.add(Thread.currentThread().getName());
        });
        bus.publish(early, 1);
        bus.publish(late, 2);
        assertThat(bus.tryPublish(otherType, "no")).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        await("both arrive", () -> heard.size() == 2);
        assertThat(heard).containsExactlyInAnyOrder("llm.tokenizer.requests 1", "llm.generation.requests 2");
        assertThat(threads).containsOnly("tokenring-llm.*.requests-subscription-1");
        await("both are counted", () -> all.delivered() == 2);
        assertThat(bus.remove(early)).isTrue();
        bus.publish(late, 3);
        await("the other topic goes on", () -> all.delivered() == 3);
        all.close();
        assertThat(bus.tryPublish(late, 4)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        await("its thread has ended", () -> busThreads().stream().noneMatch(name -> name.contains("*")));
    }

    @Test
    void removedTopicIsHandedOutToTheEndAndCanBeHadAnew() throws Exception {
        Bus bus = open();
        Subscription first = bus.subscribe(NUMBERS, (number, context) -> {
            gate.pass();
            handled.add(number);
        });
        Publisher<Integer> old = bus.publisher(NUMBERS);
        old.publish(1);
        old.publish(2);
        gate.awaitArrival();
        assertThat(bus.remove(NUMBERS)).isTrue();
        assertThat(bus.remove(NUMBERS)).isFalse();
        assertThat(old.tryPublish(3)).isEqualTo(PublishOutcome.CLOSED);
        assertThatThrownBy(() -> old.publish(3))
                .isInstanceOf(BusClosedException.class)
                .hasMessageContaining("was removed from bus")
                .hasMessageContaining("ask the bus for its publisher again");
        assertThat(bus.tryPublish(NUMBERS, 4)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(10 * number));
        bus.publish(NUMBERS, 5);
        gate.open();
        await("all arrive", () -> handled.size() == 3);
        assertThat(handled).containsExactlyInAnyOrder(1, 2, 50);
        await("the old subscription is done", () -> first.lag() == 0);
    }

    @Test
    void publishAllKeepsItsOrderAndIsLongerThanTheRing() {
        Bus bus = open();
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        bus.publisher(NUMBERS).publishAll(range(0, 1_000), Headers.NONE);
        await("all arrive", () -> handled.size() == 1_000);
        assertThat(handled).isEqualTo(range(0, 1_000));
    }

    @Test
    void publishWithATimeoutGivesUpInTime() throws Exception {
        Bus bus = open();
        bus.subscribe(NUMBERS, (number, context) -> gate.pass());
        for (int i = 0; i < 16; i++) {
            bus.publish(NUMBERS, i);
        }
        gate.awaitArrival();
        long startNs = System.nanoTime();
        assertThat(bus.publisher(NUMBERS).tryPublish(16, Headers.NONE, Duration.ofMillis(30)))
                .isEqualTo(PublishOutcome.BACK_PRESSURED);
        assertThat(System.nanoTime() - startNs)
                .isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
        var waiting = start(() -> bus.publisher(NUMBERS).tryPublish(16, Headers.NONE, PATIENCE));
        gate.open();
        assertThat(get(waiting)).isEqualTo(PublishOutcome.PUBLISHED);
    }

    @Test
    void publishUntilADeadlineWaitsNoLonger() throws Exception {
        Bus bus = open();
        bus.subscribe(NUMBERS, (number, context) -> gate.pass());
        for (int i = 0; i < 16; i++) {
            bus.publish(NUMBERS, i);
        }
        gate.awaitArrival();
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        assertThat(publisher.tryPublish(16, Headers.NONE, Instant.now().plusMillis(30)))
                .isEqualTo(PublishOutcome.BACK_PRESSURED);
        assertThat(publisher.tryPublish(16, Headers.NONE, Instant.now().minusSeconds(1)))
                .isEqualTo(PublishOutcome.BACK_PRESSURED);
        var waiting =
                start(() -> publisher.tryPublish(16, Headers.NONE, Instant.now().plus(PATIENCE)));
        gate.open();
        assertThat(get(waiting)).isEqualTo(PublishOutcome.PUBLISHED);
    }

    @Test
    void lossyHandlerIsToldWhatItMissedThoughAFilterStandsBetween() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        var missed = new AtomicLong();
        Subscription some = bus.subscription(NUMBERS)
                .newestOnly()
                .filter(number -> number % 10 == 9)
                .handle((number, context) -> {
                    missed.addAndGet(context.missed());
                    handled.add(number);
                });
        Poller<Integer> poller = bus.subscription(NUMBERS)
                .newestOnly()
                .filter(number -> number % 10 == 9)
                .poller();
        for (int i = 0; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        stepper.run();
        assertThat(handled).contains(99).hasSizeLessThan(3);
        assertThat(missed.get())
                .isPositive()
                .isEqualTo(bus.snapshot().topics().get(0).subscriptions().get(0).missed());
        assertThat(some.lag()).isZero();
        long toldToPoller = 0;
        while (poller.poll() != null) {
            toldToPoller += poller.context().missed();
        }
        assertThat(toldToPoller).isEqualTo(missed.get());
        poller.close();
    }

    @Test
    void lagOfALossySubscriptionCountsWhatItCanStillGet() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        var missed = new AtomicLong();
        Subscription newest = bus.subscription(NUMBERS).newestOnly().handle((number, context) -> {
            missed.addAndGet(context.missed());
            handled.add(number);
        });
        for (int i = 0; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        stepper.step();
        assertThat(newest.lag()).isEqualTo(100 - 1 - missed.get()).isPositive();
        stepper.run();
        assertThat(newest.lag()).isZero();
        for (int i = 0; i < 5; i++) {
            bus.publish(NUMBERS, i);
        }
        assertThat(newest.lag()).isEqualTo(5);
    }

    @Test
    void closingCountsEachMessageOfALossySubscriptionThatWasNotMissed() throws Exception {
        Bus bus = open();
        var missed = new AtomicLong();
        var stuck = new Gate();
        Subscription newest = bus.subscription(NUMBERS).newestOnly().handle((number, context) -> {
            missed.addAndGet(context.missed());
            handled.add(number);
            if (number == 0) {
                gate.pass();
            } else if (number == 1_000) {
                stuck.passDespiteInterrupts();
            }
        });
        bus.publish(NUMBERS, 0);
        gate.awaitArrival();
        for (int i = 1; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        gate.open();
        await("the newest arrives", () -> handled.contains(99));
        bus.publish(NUMBERS, 1_000);
        stuck.awaitArrival();
        for (int i = 0; i < 5; i++) {
            bus.publish(NUMBERS, i);
        }
        assertThat(missed).as("some were missed").hasPositiveValue();
        long deliveredBefore = newest.delivered();
        CloseReport report = bus.close(Duration.ofMillis(5));
        stuck.open();
        assertThat(report).isEqualTo(new CloseReport(0, 0, 6));
        assertThat(deliveredBefore + missed.get()).isEqualTo(100);
    }

    @Test
    void membersOfAGroupOnAPatternHaveAThreadEachThoughTheyShareAName() throws Exception {
        Bus bus = open();
        Topic<Integer> topic = Topic.of("work.a", Integer.class);
        TopicPattern<Integer> pattern = TopicPattern.of("work.*", Integer.class);
        SubscriptionBuilder<Integer> member =
                bus.subscription(pattern).group("g").named("worker");
        Handler<Integer> handler = (number, context) -> {
            if (number == 0) {
                gate.pass();
            }
            handled.add(number);
        };
        Subscription one = member.handle(handler);
        Subscription two = member.handle(handler);
        bus.publish(topic, 0);
        gate.awaitArrival();
        bus.publish(topic, 1);
        await("the other member is free", () -> handled.equals(List.of(1)));
        gate.open();
        await("both are done", () -> handled.size() == 2);
        one.close();
        bus.publish(topic, 2);
        await("the other member goes on", () -> handled.contains(2));
        two.close();
        await("their threads have ended", () -> busThreads().stream().noneMatch(name -> name.contains("work")));
    }

    @Test
    void patternThatIsClosedByItsOwnHandlerLeavesNothingThatTheBusWaitsFor() throws Exception {
        Bus bus = open();
        Topic<Integer> first = Topic.of("work.a", Integer.class);
        Topic<Integer> second = Topic.of("work.b", Integer.class);
        bus.publisher(first);
        bus.publisher(second);
        var own = new CompletableFuture<Subscription>();
        own.complete(bus.subscribe(TopicPattern.of("work.*", Integer.class), (number, context) -> {
            own.join().close();
            handled.add(number);
        }));
        bus.publish(second, 1);
        await("it has closed itself", () -> handled.size() == 1);
        await("its thread has ended", () -> busThreads().stream().noneMatch(name -> name.contains("*")));
        long beganNs = System.nanoTime();
        bus.close(PATIENCE);
        assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(PATIENCE.dividedBy(2));
    }

    private static final class Cell {
        int value;
    }

    private static Topic<Cell> cells() {
        return Topic.inPlace("plant.cells", Cell.class, Cell::new).withCapacity(8);
    }

    @Test
    void patternWithRetriesTakesMessagesInPlaceToo() {
        Bus bus = open(BusOptions.DEFAULT.withRetry(RetryPolicy.of(3)));
        bus.subscription(TopicPattern.of("plant.>", Cell.class))
                .retry(RetryPolicy.of(2))
                .handle((cell, context) -> {
                    handled.add(cell.value);
                    throw new IllegalStateException("no");
                });
        bus.publisher(cells()).publishInPlace(cell -> cell.value = 1);
        await("it is tried", () -> errors.size() == 1);
        assertThat(handled).containsExactly(1);
        assertThat(errors.get(0).willRetry()).isFalse();
    }

    @Test
    void topicThatDoesNotSuitAPatternsSubscriptionIsReportedAndGoesWithoutIt() {
        Bus bus = open();
        bus.subscription(TopicPattern.of("plant.>", Object.class))
                .named("all")
                .group("g")
                .handle((message, context) -> {});
        assertThat(bus.publisher(cells()).topic()).isEqualTo(cells());
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.topic()).isEqualTo("plant.cells");
            assertThat(error.subscription()).isEqualTo("all");
            assertThat(error.cause()).isInstanceOf(IllegalArgumentException.class);
        });
        bus.subscribe(cells(), (cell, context) -> handled.add(cell.value));
        bus.publisher(cells()).publishInPlace(cell -> cell.value = 3);
        await("others can have it", () -> handled.equals(List.of(3)));
    }

    @Test
    void patternThatIsRefusedForOneOfItsTopicsHasJoinedNone() {
        Bus bus = open();
        Topic<Integer> numbers = Topic.of("plant.numbers", Integer.class);
        bus.publisher(numbers);
        bus.publisher(cells());
        assertThatThrownBy(() -> bus.subscription(TopicPattern.of("plant.>", Object.class))
                        .group("g")
                        .handle((message, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plant.cells");
        assertThat(bus.tryPublish(numbers, 1)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        assertThat(busThreads()).containsExactly("tokenring-bus-timer");
    }
}
