package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Which threads call handlers. */
class ExecutionTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(16);

    @Test
    void eventLoopServesHundredsOfTopicsOnOneThread() {
        Bus bus = open();
        Set<String> threads = ConcurrentHashMap.newKeySet();
        var handled = new LongAdder();
        List<Topic<Integer>> topics = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Topic<Integer> topic = Topic.of("quiet-" + i, Integer.class).withCapacity(8);
            topics.add(topic);
            bus.subscription(topic).on(Execution.eventLoop("quiet")).handle((number, context) -> {
                threads.add(Thread.currentThread().getName());
                handled.increment();
            });
        }
        for (int round = 0; round < 20; round++) {
            for (Topic<Integer> topic : topics) {
                bus.publish(topic, round);
            }
        }
        await("all arrive", () -> handled.sum() == 6_000);
        assertThat(threads).containsExactly("tokenring-bus-loop-quiet");
        assertThat(busThreads()).containsExactlyInAnyOrder("tokenring-bus-loop-quiet", "tokenring-bus-timer");
    }

    @Test
    void eventLoopThatSleepsIsWokenByEachOfItsTopics() {
        Bus bus = open();
        var handled = new LongAdder();
        List<Topic<Integer>> topics = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Topic<Integer> topic = Topic.of("quiet-" + i, Integer.class);
            topics.add(topic);
            bus.subscription(topic).on(Execution.eventLoop("quiet")).handle((number, context) -> handled.increment());
        }
        Thread loop = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tokenring-bus-loop-quiet"))
                .findFirst()
                .orElseThrow();
        for (int i = 1; i <= 100; i++) {
            awaitBlocked(loop);
            bus.publish(topics.get(i % 5), i);
            int expected = i;
            await("message " + i, () -> handled.sum() == expected);
        }
    }

    @Test
    void blockingHandlersRunSideBySideUpToTheLimit() throws Exception {
        Bus bus = open();
        var running = new CountDownLatch(3);
        var gate = new CountDownLatch(1);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        var handled = new LongAdder();
        Subscription three = bus.subscription(NUMBERS)
                .on(Execution.virtualThreads(3))
                .handle((number, context) -> {
                    threads.add(Thread.currentThread().getName());
                    running.countDown();
                    gate.await();
                    handled.increment();
                });
        for (int i = 0; i < 10; i++) {
            bus.publish(NUMBERS, i);
        }
        running.await();
        assertThat(three.lag()).isEqualTo(10);
        assertThat(threads).hasSize(3).allMatch(name -> name.startsWith("tokenring-bus-worker-"));
        gate.countDown();
        await("all arrive", () -> handled.sum() == 10 && three.lag() == 0);
    }

    @Test
    void givenExecutorRunsTheHandlerAndItsRefusalIsAFailure() throws Exception {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<String>();
        ExecutorService mine = Executors.newSingleThreadExecutor(work -> new Thread(work, "mine"));
        bus.subscription(NUMBERS)
                .on(Execution.executor(mine, 1))
                .handle((number, context) -> handled.add(Thread.currentThread().getName() + " " + number));
        for (int i = 0; i < 5; i++) {
            bus.publish(NUMBERS, i);
        }
        await("all arrive", () -> handled.size() == 5);
        assertThat(handled).containsExactly("mine 0", "mine 1", "mine 2", "mine 3", "mine 4");
        mine.shutdown();
        bus.publish(NUMBERS, 5);
        await("the message is given up", () -> bus.deadLetters(NUMBERS).size() == 1);
        assertThat(errors.get(0).cause()).isInstanceOf(RejectedExecutionException.class);
        assertThat(bus.deadLetters(NUMBERS)).singleElement().satisfies(letter -> assertThat(letter.message())
                .isEqualTo(5));
    }

    @Test
    void wrongChoicesAreRefused() {
        assertThatThrownBy(() -> Execution.virtualThreads(0)).hasMessage("maxRunning is 0: give 1 or more");
        assertThatThrownBy(() -> Execution.eventLoop("a b")).hasMessageContaining("event loop name is \"a b\"");
    }

    @Test
    void executorThatThrowsFailsItsMessagesAndStopsNoOther() {
        Bus bus = open();
        Topic<Integer> others = Topic.of("others", Integer.class);
        var handled = new CopyOnWriteArrayList<Integer>();
        bus.subscription(NUMBERS)
                .on(Execution.executor(
                        work -> {
                            throw new IllegalStateException("the pool is down");
                        },
                        4))
                .handle((number, context) -> {});
        bus.subscription(others).on(Execution.virtualThreads(4)).handle((number, context) -> handled.add(number));
        bus.publish(NUMBERS, 1);
        await("the message is given up", () -> bus.deadLetters(NUMBERS).size() == 1);
        bus.publish(others, 2);
        await("the other one is handled", () -> handled.equals(List.of(2)));
        assertThat(errors).singleElement().satisfies(error -> assertThat(error.cause())
                .hasMessage("the pool is down"));
    }

    @Test
    void executorThatThrowsAfterTheFactHasItsMessageHandledOnce() {
        Bus bus = open();
        var handled = new CopyOnWriteArrayList<Integer>();
        Subscription subscription = bus.subscription(NUMBERS)
                .on(Execution.executor(
                        work -> {
                            work.run();
                            throw new IllegalStateException("too late");
                        },
                        1))
                .handle((number, context) -> handled.add(number));
        bus.publish(NUMBERS, 1);
        bus.publish(NUMBERS, 2);
        await("both are done with", () -> subscription.lag() == 0 && errors.size() == 2);
        assertThat(handled).containsExactly(1, 2);
        assertThat(bus.deadLetters(NUMBERS)).isEmpty();
        assertThat(errors).allSatisfy(error -> assertThat(error.cause()).hasMessage("too late"));
    }
}
