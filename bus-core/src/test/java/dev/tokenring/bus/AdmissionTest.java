package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Who is let in when there are more requests than a service has capacity for. */
class AdmissionTest extends BusTest {
    private static final Service<String, String> SHOUT =
            Service.of("shout", String.class, String.class).withCapacity(4);

    private final Gate gate = new Gate();
    private final List<String> handled = new CopyOnWriteArrayList<>();

    private Bus busyBus() throws InterruptedException {
        Bus bus = open();
        bus.serve(SHOUT, (word, context) -> {
            handled.add(word);
            gate.pass();
            return word + "!";
        });
        bus.request(SHOUT, "busy");
        gate.awaitArrival();
        return bus;
    }

    private static CompletableFuture<String> ask(Bus bus, String word, int priority, int seconds) {
        return bus.request(SHOUT, word, Headers.NONE.withPriority(priority), Duration.ofSeconds(seconds));
    }

    private static boolean isShed(CompletableFuture<String> future) {
        return future.isCompletedExceptionally()
                && !future.isCancelled()
                && RequestTest.failureOf(future).failure() == RequestFailure.OVERLOADED;
    }

    @Test
    void lowestPriorityIsShedFirstAndAtOnce() throws Exception {
        Bus bus = busyBus();
        CompletableFuture<String> low = ask(bus, "low", -1, 20);
        CompletableFuture<String> normal = ask(bus, "normal", 0, 20);
        CompletableFuture<String> high = ask(bus, "high", 1, 20);

        CompletableFuture<String> lower = ask(bus, "lower", -2, 20);
        assertThat(isShed(lower)).isTrue();
        CompletableFuture<String> urgent = ask(bus, "urgent", 2, 20);
        assertThat(isShed(low)).isTrue();
        assertThat(List.of(normal, high, urgent)).allMatch(one -> !one.isDone());

        gate.open();
        assertThat(get(urgent)).isEqualTo("urgent!");
        assertThat(get(normal)).isEqualTo("normal!");
        assertThat(get(high)).isEqualTo("high!");
        // The urgent one has the place of the one that was shed.
        assertThat(handled).containsExactly("busy", "urgent", "normal", "high");
    }

    @Test
    void ofEqualPriorityTheOneWithLeastTimeLeftIsShed() throws Exception {
        Bus bus = busyBus();
        CompletableFuture<String> ten = ask(bus, "ten", 0, 10);
        CompletableFuture<String> five = ask(bus, "five", 0, 5);
        ask(bus, "twenty", 0, 20);
        assertThat(isShed(ask(bus, "four", 0, 4))).isTrue();
        ask(bus, "thirty", 0, 30);
        assertThat(isShed(five)).isTrue();
        assertThat(ten).isNotDone();
        gate.open();
    }

    @Test
    void requestsThatAreOverKeepNobodyOut() throws Exception {
        Bus bus = busyBus();
        for (int round = 0; round < 50; round++) {
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(ask(bus, "cancelled", 0, 20));
            }
            assertThat(waiting).allMatch(one -> !one.isDone());
            waiting.forEach(one -> one.cancel(true));
        }
        CompletableFuture<String> last = ask(bus, "last", -100, 10);
        gate.open();
        assertThat(get(last)).isEqualTo("last!");
        assertThat(handled).containsExactly("busy", "last");
    }

    @Test
    void underAStormEachRequestEndsOnceAndNoneThatWasShedIsHandled() throws Exception {
        Bus bus = open();
        Set<String> started = ConcurrentHashMap.newKeySet();
        var twice = new LongAdder();
        bus.serve(SHOUT, (word, context) -> {
            if (!started.add(word)) {
                twice.increment();
            }
            return word + "!";
        });
        List<Future<List<CompletableFuture<String>>>> callers = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
            int caller = c;
            callers.add(start(() -> {
                var random = new SplittableRandom(caller);
                List<CompletableFuture<String>> asked = new ArrayList<>();
                for (int i = 0; i < 20_000; i++) {
                    CompletableFuture<String> one = bus.request(
                            SHOUT,
                            caller + "-" + i,
                            Headers.NONE.withPriority(random.nextInt(5)),
                            Duration.ofMillis(1 + random.nextInt(30_000)));
                    asked.add(one);
                    if (random.nextInt(10) == 0) {
                        one.cancel(true);
                    }
                }
                return asked;
            }));
        }
        for (int c = 0; c < callers.size(); c++) {
            List<CompletableFuture<String>> asked = get(callers.get(c));
            for (int i = 0; i < asked.size(); i++) {
                String word = c + "-" + i;
                CompletableFuture<String> one = asked.get(i);
                await("each ends", one::isDone);
                if (isShed(one)) {
                    assertThat(started).doesNotContain(word);
                } else if (!one.isCompletedExceptionally()) {
                    assertThat(one.join()).isEqualTo(word + "!");
                    assertThat(started).contains(word);
                }
            }
        }
        assertThat(twice.sum()).isZero();
        assertThat(errors).isEmpty();
    }

    @Test
    void capacityIsTheServicesHoweverManyHandlersItHas() throws Exception {
        Bus bus = open();
        var arrived = new LongAdder();
        for (String name : List.of("one", "two", "three")) {
            bus.serve(SHOUT, name, (word, context) -> {
                arrived.increment();
                gate.pass();
                return word + "!";
            });
        }
        List<CompletableFuture<String>> let = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            let.add(ask(bus, "word", 0, 20));
        }
        await("all handlers are busy", () -> arrived.sum() == 3);
        assertThat(isShed(ask(bus, "too many", 0, 10))).isTrue();
        CompletableFuture<String> urgent = ask(bus, "urgent", 1, 20);
        assertThat(let).filteredOn(AdmissionTest::isShed).hasSize(1);
        assertThat(bus.snapshot().services().get(0).inFlight()).isEqualTo(4);
        gate.open();
        assertThat(get(urgent)).isEqualTo("urgent!");
    }

    @Test
    void asynchronousHandlersNeverHaveMoreThanTheCapacityInHand() throws Exception {
        for (int round = 0; round < 20; round++) {
            Bus bus = open();
            var taken = new LongAdder();
            bus.serveAsync(SHOUT, "one", (word, replies) -> taken.increment());
            bus.serveAsync(SHOUT, "two", (word, replies) -> taken.increment());
            List<Future<CompletableFuture<String>>> callers = new ArrayList<>();
            for (int c = 0; c < 16; c++) {
                callers.add(start(() -> ask(bus, "word", 0, 20)));
            }
            List<CompletableFuture<String>> asked = new ArrayList<>();
            for (Future<CompletableFuture<String>> caller : callers) {
                asked.add(get(caller));
            }
            await("the others are taken in", () -> taken.sum() >= 4);
            assertThat(asked).filteredOn(AdmissionTest::isShed).hasSize(12);
            assertThat(taken.sum()).isEqualTo(4);
            bus.close(Duration.ofMillis(1));
        }
    }

    @Test
    void gatheringAsksEachHandlerThatHasRoomForItself() throws Exception {
        Bus bus = open();
        Service<String, String> small = SHOUT.withCapacity(2);
        for (String name : List.of("one", "two", "three")) {
            bus.serve(small, name, (word, context) -> name);
        }
        Gathered<String> gathered = get(bus.gather(small, "word", Gather.all(), PATIENCE));
        assertThat(gathered.replies()).containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void whatACallerDoesWhoseRequestWasShedKeepsNoOtherWaiting() throws Exception {
        Bus bus = busyBus();
        var calledBack = new Gate();
        ask(bus, "low", -1, 20).whenComplete((reply, shed) -> calledBack.passDespiteInterrupts());
        ask(bus, "normal", 0, 20);
        ask(bus, "normal", 0, 20);
        Future<CompletableFuture<String>> urgent = start(() -> ask(bus, "urgent", 9, 20));
        calledBack.awaitArrival();
        assertThat(isShed(ask(bus, "lowest", -2, 20))).isTrue();
        calledBack.open();
        gate.open();
        assertThat(get(get(urgent))).isEqualTo("urgent!");
    }
}
