package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages of one key go to one handler at a time, in order. */
class KeyedTest extends BusTest {
    record Step(String key, int number) {}

    private static final Topic<Step> STEPS = Topic.of("steps", Step.class).withCapacity(64);
    private static final int KEYS = 7;

    /** Checks that a key's steps come one by one and one at a time. */
    private static final class Checker implements Handler<Step> {
        final Map<String, Integer> last = new ConcurrentHashMap<>();
        final Map<String, Thread> busy = new ConcurrentHashMap<>();
        final List<String> broken = new CopyOnWriteArrayList<>();
        final LongAdder count = new LongAdder();

        @Override
        public void handle(Step step, MessageContext context) {
            if (busy.putIfAbsent(step.key(), Thread.currentThread()) != null) {
                broken.add(step + " came while another was being handled");
            }
            Integer before = last.put(step.key(), step.number());
            if (step.number() != (before == null ? 0 : before + 1)) {
                broken.add(step + " came after " + before);
            }
            Thread.onSpinWait();
            busy.remove(step.key());
            count.increment();
        }
    }

    enum Kind {
        OWN_THREADS {
            @Override
            Execution execution() {
                return Execution.ownThread();
            }
        },
        EVENT_LOOP {
            @Override
            Execution execution() {
                return Execution.eventLoop("keyed");
            }
        },
        VIRTUAL_THREADS {
            @Override
            Execution execution() {
                return Execution.virtualThreads(5);
            }
        };

        abstract Execution execution();
    }

    private static int publishSteps(Bus bus, AtomicBoolean enough, int atLeast) {
        int[] next = new int[KEYS];
        int published = 0;
        var random = new SplittableRandom(1);
        while (!enough.get() || published < atLeast) {
            int key = random.nextInt(KEYS);
            bus.publish(STEPS, new Step("key-" + key, next[key]++));
            published++;
        }
        return published;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void keysKeepTheirOrderWhileMembersComeAndGo(Kind kind) throws Exception {
        Bus bus = open();
        var checker = new Checker();
        SubscriptionBuilder<Step> member =
                bus.subscription(STEPS).group("workers").keyedBy(Step::key).on(kind.execution());
        member.handle(checker);
        var enough = new AtomicBoolean();
        Future<Integer> publishing = start(() -> publishSteps(bus, enough, 5_000));
        var members = new ArrayList<Subscription>();
        var random = new SplittableRandom(2);
        for (int i = 0; i < 150; i++) {
            if (members.isEmpty() || (members.size() < 3 && random.nextBoolean())) {
                members.add(member.handle(checker));
            } else {
                members.remove(random.nextInt(members.size())).close();
            }
        }
        enough.set(true);
        int published = get(publishing);
        await("all arrive", () -> checker.count.sum() == published || !checker.broken.isEmpty());
        assertThat(checker.broken).isEmpty();
        assertThat(errors).isEmpty();
    }

    @Test
    void busyKeyHoldsBackNoOther() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        var handled = new CopyOnWriteArrayList<Step>();
        bus.subscription(STEPS)
                .keyedBy(Step::key)
                .on(Execution.virtualThreads(4))
                .handle((step, context) -> {
                    if (step.key().equals("slow") && step.number() == 0) {
                        gate.pass();
                    }
                    handled.add(step);
                });
        bus.publish(STEPS, new Step("slow", 0));
        gate.awaitArrival();
        for (int i = 1; i < 20; i++) {
            bus.publish(STEPS, new Step("slow", i));
            bus.publish(STEPS, new Step("quick", i));
        }
        await("the quick ones arrive", () -> handled.size() == 19);
        assertThat(handled).allMatch(step -> step.key().equals("quick"));
        gate.open();
        await("all arrive", () -> handled.size() == 39);
        assertThat(handled.stream().filter(step -> step.key().equals("slow")).map(Step::number))
                .isSorted()
                .hasSize(20);
    }

    @Test
    void keyWaitsForTheRetryOfItsMessageAndNoOtherDoes() {
        Stepper stepper = Stepper.at(java.time.Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        var handled = new ArrayList<String>();
        bus.subscription(STEPS)
                .keyedBy(Step::key)
                .retry(RetryPolicy.of(3)
                        .withBackoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1))
                        .withJitter(0))
                .handle((step, context) -> {
                    if (step.key().equals("a") && step.number() == 0 && context.attempt() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    handled.add(step.key() + step.number());
                });
        for (int i = 0; i < 2; i++) {
            bus.publish(STEPS, new Step("a", i));
            bus.publish(STEPS, new Step("b", i));
        }
        stepper.run();
        assertThat(handled).containsExactly("b0", "b1");
        stepper.advance(Duration.ofMillis(1_999));
        assertThat(handled).containsExactly("b0", "b1");
        stepper.advance(Duration.ofMillis(1));
        assertThat(handled).containsExactly("b0", "b1", "a0", "a1");
    }

    @Test
    void messageWithoutAKeyIsFreeAndOneWhoseKeyCantBeFoundFails() {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        bus.subscription(STEPS)
                .keyedBy(step -> {
                    if (step.number() == 1) {
                        throw new IllegalArgumentException("no key");
                    }
                    return null;
                })
                .handle((step, context) -> handled.add(step.number()));
        for (int i = 0; i < 3; i++) {
            bus.publish(STEPS, new Step("x", i));
        }
        await("the others arrive", () -> handled.size() == 2 && errors.size() == 1);
        assertThat(handled).containsExactly(0, 2);
        assertThat(bus.deadLetters(STEPS)).singleElement().satisfies(letter -> assertThat(letter.lastError())
                .hasMessage("no key"));
    }

    /** A key that can't be compared if it has no name. */
    private record Fragile(@Nullable String name) {
        @Override
        public int hashCode() {
            return requireNonNull(name, "a key without a name").hashCode();
        }
    }

    @Test
    void messageWhoseKeyCantBeComparedFailsAloneAndTheThreadGoesOn() {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        bus.subscription(STEPS)
                .keyedBy(step -> new Fragile(step.number() == 1 ? null : step.key()))
                .handle((step, context) -> handled.add(step.number()));
        for (int i = 0; i < 3; i++) {
            bus.publish(STEPS, new Step("x", i));
        }
        await("the others arrive", () -> handled.size() == 2 && errors.size() == 1);
        assertThat(handled).containsExactly(0, 2);
        assertThat(bus.deadLetters(STEPS)).singleElement().satisfies(letter -> assertThat(letter.lastError())
                .hasMessage("a key without a name"));
    }

    @Test
    void messageIsNeverHandledWithoutTheKeyThatCouldNotBeFound() {
        Stepper stepper = Stepper.at(java.time.Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        var handled = new ArrayList<String>();
        var brokenTries = new AtomicInteger(4);
        bus.subscription(STEPS)
                .keyedBy(step -> {
                    if (step.key().equals("broken") && brokenTries.getAndDecrement() > 0) {
                        throw new IllegalArgumentException("no key");
                    }
                    return step.key();
                })
                .retry(RetryPolicy.of(3))
                .handle((step, context) -> handled.add(step + " at attempt " + context.attempt()));
        bus.publish(STEPS, new Step("broken", 0));
        stepper.advance(Duration.ofMinutes(1));
        assertThat(handled).isEmpty();
        assertThat(bus.deadLetters(STEPS)).singleElement().satisfies(letter -> assertThat(letter.attempts())
                .isEqualTo(3));
        bus.publish(STEPS, new Step("broken", 1));
        stepper.advance(Duration.ofMinutes(1));
        assertThat(handled).containsExactly("Step[key=broken, number=1] at attempt 2");
    }
}
