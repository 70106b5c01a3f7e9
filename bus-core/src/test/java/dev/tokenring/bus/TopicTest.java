package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What subscriptions get, and in which order. */
class TopicTest extends BusTest {
    record Note(int publisher, int number) {}

    static final Topic<Note> NOTES = Topic.of("notes", Note.class).withCapacity(16);

    /** Checks order as notes come in, and keeps the count of each publisher. */
    private static final class Reader implements Handler<Note> {
        final Map<Integer, Integer> first = new HashMap<>();
        final Map<Integer, Integer> last = new ConcurrentHashMap<>();
        final List<String> gaps = new ArrayList<>();
        volatile long count;

        @Override
        public void handle(Note note, MessageContext context) {
            Integer before = last.put(note.publisher(), note.number());
            if (before == null) {
                first.put(note.publisher(), note.number());
            } else if (note.number() != before + 1) {
                gaps.add(note + " came after number " + before);
            }
            count++;
        }
    }

    static Stream<Arguments> crowds() {
        return Stream.of(WaitStrategy.values())
                .flatMap(strategy -> Stream.of(Arguments.of(strategy, 1, 1), Arguments.of(strategy, 3, 3)));
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void everySubscriptionGetsEveryMessageInOrderPerPublisher(
            WaitStrategy strategy, int publisherCount, int subscriptionCount) throws Exception {
        int perPublisher = strategy == WaitStrategy.BUSY_SPIN ? 500 : 5_000;
        Bus bus = open();
        Topic<Note> topic = NOTES.withWaitStrategy(strategy);
        List<Reader> readers =
                Stream.generate(Reader::new).limit(subscriptionCount).toList();
        readers.forEach(reader -> bus.subscribe(topic, reader));

        List<Future<Void>> publishing = IntStream.range(0, publisherCount)
                .mapToObj(publisher -> start(() -> publishNotes(bus.publisher(topic), publisher, perPublisher)))
                .toList();
        for (Future<Void> one : publishing) {
            get(one);
        }

        for (Reader reader : readers) {
            await("all arrive", () -> reader.count == (long) publisherCount * perPublisher);
            assertThat(reader.gaps).isEmpty();
            assertThat(reader.first).containsOnlyKeys(reader.last.keySet());
            assertThat(reader.first.values()).containsOnly(0);
        }
        assertThat(errors).isEmpty();
    }

    private static Void publishNotes(Publisher<Note> publisher, int name, int count) {
        for (int i = 0; i < count; i++) {
            publisher.publish(new Note(name, i));
        }
        return null;
    }

    @Test
    void subscriptionsThatComeAndGoCostTheOthersNothing() throws Exception {
        Bus bus = open();
        Publisher<Note> publisher = bus.publisher(NOTES);
        Reader faithful = new Reader();
        bus.subscribe(NOTES, faithful);
        var enough = new AtomicBoolean();
        Future<Integer> publishing = start(() -> {
            int number = 0;
            while (!enough.get()) {
                publisher.publish(new Note(0, number++));
            }
            return number;
        });

        var visitors = new ArrayList<Reader>();
        for (int i = 0; i < 300; i++) {
            Reader visitor = new Reader();
            visitors.add(visitor);
            Subscription visit = bus.subscribe(NOTES, visitor);
            if (i % 3 != 0) {
                await("the visitor is served", () -> visitor.count > 0);
            }
            visit.close();
            long countAtClose = visitor.count;
            assertThat(visit.delivered()).isEqualTo(countAtClose);
        }
        enough.set(true);
        int published = get(publishing);

        await("all arrive", () -> faithful.count == published);
        assertThat(faithful.gaps).isEmpty();
        for (Reader visitor : visitors) {
            assertThat(visitor.gaps).isEmpty();
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void newcomerSeesEveryMessageWhosePublishingStartsAfterSubscribeReturned() throws Exception {
        Bus bus = open();
        Publisher<Note> publisher = bus.publisher(NOTES);
        Reader first = new Reader();
        bus.subscribe(NOTES, first);
        var enough = new AtomicBoolean();
        Future<Integer> noise = start(() -> {
            int number = 0;
            while (!enough.get()) {
                publisher.publish(new Note(0, number++));
            }
            return number;
        });

        for (int i = 0; i < 300; i++) {
            Reader newcomer = new Reader();
            Subscription visit = bus.subscribe(NOTES, newcomer);
            int mine = i + 1;
            publisher.publish(new Note(mine, 0));
            publisher.publish(new Note(mine, 1));
            await("the newcomer has caught up", () -> newcomer.last.getOrDefault(mine, -1) == 1);
            visit.close();
            assertThat(newcomer.first).containsEntry(mine, 0);
            assertThat(newcomer.last).containsEntry(mine, 1);
            assertThat(newcomer.gaps).isEmpty();
        }
        enough.set(true);
        int published = get(noise);
        await("all arrive", () -> first.count == published + 600L);
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void idleSubscriptionsWakeForEachMessage(WaitStrategy strategy, int publisherCount, int subscriptionCount)
            throws Exception {
        Bus bus = open();
        Topic<Note> topic = NOTES.withWaitStrategy(strategy);
        List<Reader> readers =
                Stream.generate(Reader::new).limit(subscriptionCount).toList();
        List<Subscription> subscriptions =
                readers.stream().map(reader -> bus.subscribe(topic, reader)).toList();

        for (int i = 0; i < 200; i++) {
            if (i % 50 == 0 && (strategy == WaitStrategy.ADAPTIVE || strategy == WaitStrategy.BLOCKING)) {
                subscriptions.forEach(subscription -> awaitBlocked(threadOf(subscription)));
            }
            bus.publish(topic, new Note(0, i));
            long expected = i + 1L;
            readers.forEach(reader -> await("message " + expected, () -> reader.count == expected));
        }
        assertThat(publisherCount).isPositive();
    }

    private static Thread threadOf(Subscription subscription) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        thread.getName().equals("tokenring-" + subscription.topic() + "-" + subscription.name()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void batchEndIsTrueForTheLastOfEachBatchAndOnlyForIt() throws Exception {
        Bus bus = open();
        var batchEnds = new CopyOnWriteArrayList<Boolean>();
        var gate = new Gate();
        bus.subscribe(NOTES, (note, context) -> {
            batchEnds.add(context.batchEnd());
            if (note.number() == 0) {
                gate.pass();
            }
        });

        bus.publish(NOTES, new Note(0, 0));
        gate.awaitArrival();
        for (int i = 1; i <= 6; i++) {
            bus.publish(NOTES, new Note(0, i));
        }
        gate.open();

        // The first was alone; after that a quarter of 16 slots is the longest batch, and a slow one is shorter.
        await("all arrive", () -> batchEnds.size() == 7);
        assertThat(batchEnds).startsWith(true).endsWith(true);
        assertThat(batchEnds.stream().filter(end -> end).count())
                .as("7 messages are 3 batches at least: %s", batchEnds)
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void lastMessageBeforeTheEndOfTheBusIsTheEndOfABatch() throws Exception {
        for (int count = 1; count <= 12; count++) {
            Bus bus = open();
            var batchEnds = new CopyOnWriteArrayList<Boolean>();
            var gate = new Gate();
            bus.subscribe(NOTES, (note, context) -> {
                if (note.number() == 0) {
                    gate.pass();
                }
                batchEnds.add(context.batchEnd());
            });
            for (int i = 0; i < count; i++) {
                bus.publish(NOTES, new Note(0, i));
            }
            gate.awaitArrival();
            Future<Void> closing = start(() -> {
                bus.close();
                return null;
            });
            gate.open();
            get(closing);
            assertThat(batchEnds).hasSize(count);
            assertThat(batchEnds.get(count - 1)).as("the last of %d", count).isTrue();
        }
    }

    @Test
    void contextTellsHeadersSequenceAndTopic() {
        Bus bus = open();
        var seen = new CopyOnWriteArrayList<String>();
        bus.subscribe(
                NOTES,
                (note, context) -> seen.add(context.topic() + " " + context.sequence() + " " + context.headers()));

        Headers headers = Headers.NONE.withSender("user1").withCorrelationId("call-17");
        bus.publish(NOTES, new Note(0, 0), headers);
        bus.publish(NOTES, new Note(0, 1));
        assertThat(bus.publisher(NOTES).tryPublish(new Note(0, 2), headers)).isEqualTo(PublishOutcome.PUBLISHED);

        await("all arrive", () -> seen.size() == 3);
        assertThat(seen)
                .containsExactly(
                        "notes 0 Headers[correlationId=call-17, sender=user1]",
                        "notes 1 Headers[]",
                        "notes 2 Headers[correlationId=call-17, sender=user1]");
    }

    @Test
    void subscriptionTellsWhatItReadsAndHowFarItIs() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        Subscription subscription = bus.subscribe(NOTES, "reader", (note, context) -> {
            gate.pass();
            if (note.number() == 1) {
                throw new IllegalArgumentException("not this one");
            }
        });
        for (int i = 0; i < 3; i++) {
            bus.publish(NOTES, new Note(0, i));
        }
        gate.awaitArrival();
        assertThat(subscription).hasToString("Subscription[notes, reader, delivered=0, lag=3, failures=0]");

        gate.open();
        await("all arrive", () -> subscription.delivered() == 3);
        assertThat(subscription).hasToString("Subscription[notes, reader, delivered=3, lag=0, failures=1]");
        subscription.close();
        bus.publish(NOTES, new Note(0, 3));
        assertThat(subscription).hasToString("Subscription[notes, reader, delivered=3, lag=0, failures=1]");
    }

    @Test
    void closedSubscriptionIsCalledNoMoreEvenIfItClosedItself() {
        Bus bus = open();
        var seen = new CopyOnWriteArrayList<Integer>();
        var own = new CopyOnWriteArrayList<Subscription>();
        Reader other = new Reader();
        bus.subscribe(NOTES, other);
        own.add(bus.subscribe(NOTES, (note, context) -> {
            await("subscribe returned", () -> !own.isEmpty());
            seen.add(note.number());
            if (note.number() == 3) {
                own.get(0).close();
                own.get(0).close();
            }
        }));

        for (int i = 0; i < 100; i++) {
            bus.publish(NOTES, new Note(0, i));
        }
        await("all arrive", () -> other.count == 100);
        assertThat(seen).containsExactly(0, 1, 2, 3);
        bus.close();
        assertThat(seen).containsExactly(0, 1, 2, 3);
        assertThat(other.gaps).isEmpty();
    }
}
