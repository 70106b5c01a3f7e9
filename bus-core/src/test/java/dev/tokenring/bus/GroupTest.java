package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Subscriptions that share the work. */
class GroupTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(8);

    private final Gate gate = new Gate();
    private final List<Integer> handled = new CopyOnWriteArrayList<>();

    @Test
    void eachMessageGoesToOneMemberAndToEveryOtherSubscription() {
        Bus bus = open();
        var byMember = new ConcurrentHashMap<Integer, AtomicInteger>();
        for (int i = 0; i < 3; i++) {
            int member = i;
            bus.subscription(NUMBERS).group("workers").handle((number, context) -> {
                byMember.computeIfAbsent(member, absent -> new AtomicInteger()).incrementAndGet();
                handled.add(number);
            });
        }
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(NUMBERS, (number, context) -> heard.add(number));
        for (int i = 0; i < 500; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all arrive", () -> handled.size() >= 500 && heard.size() == 500);
        assertThat(handled)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 500).boxed().toList());
        assertThat(heard).isEqualTo(IntStream.range(0, 500).boxed().toList());
        assertThat(byMember.values().stream().mapToInt(AtomicInteger::get).sum())
                .isEqualTo(500);
    }

    @Test
    void blockedMemberHoldsBackNoMessageThatAnotherCouldTake() throws Exception {
        Bus bus = open();
        Subscription blocked = bus.subscription(NUMBERS).group("workers").handle((number, context) -> gate.pass());
        bus.publish(NUMBERS, -1);
        gate.awaitArrival();
        bus.subscription(NUMBERS).group("workers").handle((number, context) -> handled.add(number));
        // Many times what the ring holds.
        for (int i = 0; i < 100; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all but the first arrive", () -> handled.size() == 100);
        assertThat(handled).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(blocked.delivered()).isZero();
        assertThat(blocked.lag()).isEqualTo(1);
        gate.open();
        await("the blocked one is done", () -> blocked.delivered() == 1);
    }

    @Test
    void messageThatWaitedForItsTurnBelongsToTheMemberThatTookItAlone() {
        Bus bus = open();
        int messages = 100_000;
        var done = new AtomicInteger();
        var attempts = new AtomicIntegerArray(messages);
        var wrong = new ConcurrentLinkedQueue<String>();
        for (int i = 0; i < 3; i++) {
            bus.subscription(NUMBERS)
                    .group("workers")
                    .urgentFirst()
                    .retry(RetryPolicy.of(2).withBackoff(Duration.ofNanos(1), 1, Duration.ofNanos(1)))
                    .handle((number, context) -> {
                        int attempt = attempts.incrementAndGet(number);
                        if (context.attempt() != attempt) {
                            wrong.add(number + " came as attempt " + context.attempt() + ", expected " + attempt);
                        }
                        if (number % 3 == 0 && attempt == 1) {
                            throw new IllegalStateException("fails once, on purpose");
                        }
                        done.incrementAndGet();
                    });
        }
        for (int i = 0; i < messages && wrong.isEmpty(); i++) {
            bus.publish(NUMBERS, i);
        }
        await("all were handled", () -> done.get() == messages || !wrong.isEmpty());
        assertThat(wrong).isEmpty();
    }

    @Test
    void membersComeAndGoAndNothingIsLostOrDoubled() throws Exception {
        Bus bus = open();
        var counts = new ConcurrentHashMap<Integer, AtomicInteger>();
        Handler<Integer> handler = (number, context) ->
                counts.computeIfAbsent(number, absent -> new AtomicInteger()).incrementAndGet();
        bus.subscription(NUMBERS).group("workers").handle(handler);
        var enough = new AtomicBoolean();
        Future<Integer> publishing = start(() -> {
            int number = 0;
            while (!enough.get()) {
                bus.publish(NUMBERS, number++);
            }
            return number;
        });
        var random = new SplittableRandom(3);
        var members = new ArrayList<Subscription>();
        for (int i = 0; i < 400; i++) {
            if (members.isEmpty() || (members.size() < 4 && random.nextBoolean())) {
                members.add(bus.subscription(NUMBERS).group("workers").handle(handler));
            } else {
                members.remove(random.nextInt(members.size())).close();
            }
        }
        enough.set(true);
        int published = get(publishing);
        await("all arrive", () -> counts.size() == published);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    @Test
    void closingCountsWhatTheGroupDidAndLeft() throws Exception {
        Bus bus = open();
        for (int i = 0; i < 2; i++) {
            bus.subscription(NUMBERS).group("workers").handle((number, context) -> {
                if (number < 2) {
                    gate.passDespiteInterrupts();
                }
            });
        }
        for (int i = 0; i < 7; i++) {
            bus.publish(NUMBERS, i);
        }
        gate.awaitArrival();
        CloseReport report = bus.close(java.time.Duration.ofMillis(20));
        gate.open();
        assertThat(report.delivered() + report.abandoned()).isEqualTo(7);
        assertThat(report.abandoned()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void newGroupOfTheSameNameBeginsAnewWhenTheLastMemberHasLeft() {
        Bus bus = open();
        bus.subscription(NUMBERS)
                .group("workers")
                .handle((number, context) -> handled.add(number))
                .close();
        bus.subscription(NUMBERS).group("workers").handle((number, context) -> handled.add(-number));
        bus.publish(NUMBERS, 5);
        await("it arrives", () -> handled.size() == 1);
        assertThat(handled).containsExactly(-5);
    }

    @Test
    void membersHaveToAgree() {
        Bus bus = open();
        bus.subscription(NUMBERS).group("workers").keyedBy(number -> number % 2).handle((number, context) -> {});
        assertThatThrownBy(() -> bus.subscription(NUMBERS).group("workers").handle((number, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "group workers of numbers is keyed and not urgentFirst, but the new member is not keyed and not"
                                + " urgentFirst: give all members the same keyedBy and urgentFirst, or this one another group");
        assertThatThrownBy(() -> bus.subscription(NUMBERS).group("workers").newestOnly())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a subscription can't have both a group and newestOnly; leave one of them out");
        assertThatThrownBy(() -> bus.subscription(NUMBERS).group("no such name!"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("group name is \"no such name!\"");
    }

    @Test
    void membersThatWantDifferentMessagesOrTreatThemDifferentlyAreRefused() {
        Bus bus = open();
        Predicate<Integer> even = number -> number % 2 == 0;
        Function<Integer, Integer> key = number -> number % 3;
        SubscriptionBuilder<Integer> member = bus.subscription(NUMBERS)
                .group("workers")
                .filter(even)
                .keyedBy(key)
                .retry(RetryPolicy.of(3));
        member.handle((number, context) -> handled.add(number));
        bus.subscription(NUMBERS)
                .group("workers")
                .filter(even)
                .keyedBy(key)
                .retry(RetryPolicy.of(3))
                .handle((number, context) -> handled.add(number));
        assertThatThrownBy(() -> bus.subscription(NUMBERS)
                        .group("workers")
                        .filter(number -> number % 2 != 0)
                        .keyedBy(key)
                        .retry(RetryPolicy.of(3))
                        .handle((number, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "group workers of numbers has another filter than the new member, and any of them may get any"
                                + " message: make all members with one builder, give them the same filter object, or give this one"
                                + " another group");
        assertThatThrownBy(() -> member.retry(RetryPolicy.of(4)).handle((number, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("group workers of numbers has another retry policy than the new member");
        assertThatThrownBy(() -> member.keyedBy(number -> number).handle((number, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("group workers of numbers has another key function than the new member");
    }

    @Test
    void groupWhoseLastMemberHasLeftBindsNobody() {
        Bus bus = open();
        bus.subscription(NUMBERS)
                .group("workers")
                .keyedBy(number -> number)
                .handle((number, context) -> {})
                .close();
        bus.subscription(NUMBERS).group("workers").handle((number, context) -> handled.add(number));
        bus.publish(NUMBERS, 5);
        await("it arrives", () -> handled.equals(List.of(5)));
    }
}
