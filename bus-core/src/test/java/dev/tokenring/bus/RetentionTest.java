package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring keeps no message alive that everybody has handled. */
class RetentionTest extends BusTest {
    static final Topic<Object> OBJECTS = Topic.of("objects", Object.class).withCapacity(16);
    static final Service<Object, Object> ECHO =
            Service.of("echo", Object.class, Object.class).withCapacity(8);

    private static WeakReference<Object> publish(Bus bus, Headers headers) {
        Object message = new Object();
        bus.publish(OBJECTS, message, headers);
        return new WeakReference<>(message);
    }

    private static void awaitCollected(List<? extends WeakReference<?>> references) {
        await("messages are collected", () -> {
            System.gc();
            return references.stream().allMatch(reference -> reference.refersTo(null));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void handledMessageIsCollected(int subscriptionCount) {
        Bus bus = open();
        for (int i = 0; i < subscriptionCount; i++) {
            bus.subscribe(OBJECTS, (message, context) -> {});
        }
        var references = new ArrayList<WeakReference<Object>>();
        for (int i = 0; i < 5; i++) {
            references.add(publish(bus, Headers.NONE));
        }
        awaitCollected(references);
    }

    @Test
    void messageLivesAsLongAsOneSubscriptionHasNotHandledIt() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        bus.subscribe(OBJECTS, (message, context) -> {});
        Subscription held = bus.subscribe(OBJECTS, (message, context) -> gate.pass());
        publish(bus, Headers.NONE);
        WeakReference<Object> second = publish(bus, Headers.NONE);
        gate.awaitArrival();
        System.gc();
        assertThat(second.refersTo(null)).isFalse();
        gate.open();
        await("all arrive", () -> held.delivered() == 2);
        awaitCollected(List.of(second));
    }

    @Test
    void messagesThatNobodyWantsAnyMoreAreCollected() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(10)));
        var gate = new Gate();
        Subscription held = bus.subscribe(OBJECTS, (message, context) -> gate.pass());
        bus.publish(OBJECTS, "first");
        gate.awaitArrival();
        var references = new ArrayList<WeakReference<Object>>();
        for (int i = 0; i < 5; i++) {
            references.add(publish(bus, Headers.NONE));
        }
        held.close();
        awaitCollected(references);
        gate.open();
    }

    @Test
    void closedBusKeepsNoMessageAlive() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        bus.subscribe(OBJECTS, (message, context) -> gate.pass());
        bus.publish(OBJECTS, "first");
        gate.awaitArrival();
        var references = new ArrayList<WeakReference<Object>>();
        for (int i = 0; i < 5; i++) {
            references.add(publish(bus, Headers.NONE));
        }
        assertThat(bus.close(Duration.ofMillis(1)).abandoned()).isEqualTo(5);
        awaitCollected(references);
        assertThat(bus.name()).isEqualTo("bus");
    }

    @Test
    void answeredRequestAndItsReplyAreCollectedThoughNoOtherFollows() {
        Bus bus = open();
        bus.serve(ECHO, (request, context) -> new Object());
        awaitCollected(ask(bus));
    }

    private static List<WeakReference<Object>> ask(Bus bus) {
        Object request = new Object();
        Object reply = bus.request(ECHO, request).join();
        return List.of(new WeakReference<>(request), new WeakReference<>(reply));
    }

    @Test
    void handledMessageIsCollectedThoughItsThreadServesHundredsOfTopics() {
        Bus bus = open();
        var topics = new ArrayList<Topic<Object>>();
        for (int i = 0; i < 200; i++) {
            Topic<Object> topic = Topic.of("quiet-" + i, Object.class).withCapacity(16);
            topics.add(topic);
            bus.subscription(topic).on(Execution.eventLoop("quiet")).handle((message, context) -> {});
        }
        var references = new ArrayList<WeakReference<Object>>();
        for (Topic<Object> topic : topics.subList(0, 10)) {
            Object message = new Object();
            references.add(new WeakReference<>(message));
            bus.publish(topic, message);
        }
        awaitCollected(references);
    }

    @Test
    void urgentMessageThatWasHandledIsCollectedThoughOlderOnesWait() throws Exception {
        Bus bus = open();
        var first = new Gate();
        var second = new Gate();
        bus.subscription(OBJECTS).urgentFirst().on(Execution.virtualThreads(1)).handle((message, context) -> {
            if (message.equals("first")) {
                first.pass();
            } else if (message.equals("second")) {
                second.pass();
            }
        });
        bus.publish(OBJECTS, "first");
        first.awaitArrival();
        bus.publish(OBJECTS, "second");
        bus.publish(OBJECTS, "third");
        var references = new ArrayList<WeakReference<Object>>();
        for (int i = 0; i < 5; i++) {
            references.add(publish(bus, Headers.NONE.withPriority(9)));
        }
        first.open();
        second.awaitArrival();
        awaitCollected(references);
        second.open();
    }

    @Test
    void messageThatAFilterKeepsFromASubscriberOfAFlowIsCollected() {
        Bus bus = open();
        bus.subscription(OBJECTS).filter("wanted"::equals).toFlow().subscribe(new Reader<>(Long.MAX_VALUE));
        awaitCollected(List.of(publish(bus, Headers.NONE)));
    }

    @Test
    void messageOfAClosedSubscriptionIsCollectedThoughItWasToBeRetried() {
        Bus bus = open(BusOptions.DEFAULT.withDeadLetterCapacity(0));
        Subscription failing = bus.subscription(OBJECTS)
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofHours(1), 1, Duration.ofHours(1)))
                .handle((message, context) -> {
                    throw new IllegalStateException("no");
                });
        List<WeakReference<?>> references = List.of(publish(bus, Headers.NONE));
        await("it is to be retried", () -> errors.size() == 1 && failing.lag() == 1);
        failing.close();
        awaitCollected(references);
    }

    @Test
    void replyToANestedRequestIsCollectedWhileTheOuterOneGoesOn() throws Exception {
        Bus bus = open();
        Service<Object, Object> outer = Service.of("outer", Object.class, Object.class);
        var gate = new Gate();
        var references = new ArrayList<WeakReference<Object>>();
        bus.serve(ECHO, (request, context) -> new Object());
        bus.serve(outer, (request, context) -> {
            for (int i = 0; i < 200; i++) {
                references.addAll(ask(bus));
            }
            gate.pass();
            return request;
        });
        bus.request(outer, "outer");
        gate.awaitArrival();
        awaitCollected(references);
        gate.open();
    }

    @Test
    void requestThatIsCompletedLaterAndItsReplyAreCollectedThoughNoOtherFollows() {
        Bus bus = open();
        bus.serveAsync(ECHO, (request, replies) -> {
            start(() -> {
                replies.send(new Object());
                replies.complete();
                return null;
            });
        });
        awaitCollected(ask(bus));
    }

    @Test
    void requestOnOtherThreadsAndItsReplyAreCollectedThoughNoOtherFollows() {
        Bus bus = open();
        bus.service(ECHO).on(Execution.virtualThreads(2)).serve((request, context) -> new Object());
        awaitCollected(ask(bus));
    }
}
