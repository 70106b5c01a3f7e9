package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Publishers race the close of their bus, thousands of times over: for every subscription, what was published is what was
 * delivered and what was abandoned, and nothing else.
 */
class CloseCountsTest extends BusTest {
    private static final int ROUNDS = 1_500;

    record Note(int publisher, int number) {}

    /** What one publisher was told. */
    private record Told(List<Note> published, List<Note> refused) {}

    private static final class Listener implements Handler<Note> {
        final List<Note> heard = new ArrayList<>();
        final int stuckAt;
        final CountDownLatch never = new CountDownLatch(1);

        Listener(int stuckAt) {
            this.stuckAt = stuckAt;
        }

        @Override
        public void handle(Note note, MessageContext context) throws InterruptedException {
            heard.add(note);
            if (heard.size() == stuckAt) {
                never.await();
            }
        }
    }

    @Test
    void everyPublishedMessageIsDeliveredOrCountedAsAbandoned() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            long roundSeed = random.nextLong();
            try {
                race(new SplittableRandom(roundSeed));
            } catch (Throwable failed) {
                throw new AssertionError("round " + round + " failed; its seed is " + roundSeed, failed);
            }
        }
    }

    private void race(SplittableRandom random) throws Exception {
        Topic<Note> topic = Topic.of("notes", Note.class)
                .withCapacity(2 << random.nextInt(4))
                .withWaitStrategy(
                        random.nextBoolean()
                                ? WaitStrategy.ADAPTIVE
                                : random.nextBoolean() ? WaitStrategy.BLOCKING : WaitStrategy.YIELDING);
        boolean stuck = random.nextInt(4) == 0;
        Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(error -> {}));
        var listeners = new ArrayList<Listener>();
        var subscriptions = new ArrayList<Subscription>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Listener listener = new Listener(stuck && i == 1 ? 1 + random.nextInt(20) : -1);
            listeners.add(listener);
            subscriptions.add(bus.subscribe(topic, listener));
        }
        int publisherCount = 1 + random.nextInt(3);
        var start = new CyclicBarrier(publisherCount + 1);
        var publishing = new ArrayList<Future<Told>>();
        for (int i = 0; i < publisherCount; i++) {
            int name = i;
            boolean waits = random.nextBoolean();
            publishing.add(start(() -> {
                start.await();
                return publishUntilClosed(bus.publisher(topic), name, waits);
            }));
        }
        // The topic exists before the race, so that publisher() is never the one to find the bus closed.
        bus.publisher(topic);
        start.await();
        spin(random.nextInt(20_000));
        CloseReport report = bus.close(stuck ? Duration.ofMillis(1) : PATIENCE);

        var told = new ArrayList<Told>();
        for (Future<Told> one : publishing) {
            told.add(get(one));
        }
        check(report, told, listeners, subscriptions);
        assertThat(busThreads()).isEmpty();
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    private static Told publishUntilClosed(Publisher<Note> publisher, int name, boolean waits) {
        Told told = new Told(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; ; i++) {
            Note note = new Note(name, i);
            PublishOutcome outcome = waits ? publish(publisher, note) : publisher.tryPublish(note);
            switch (outcome) {
                case PUBLISHED -> told.published().add(note);
                case BACK_PRESSURED -> {
                    told.refused().add(note);
                    Thread.onSpinWait();
                }
                case NO_SUBSCRIPTION -> Thread.onSpinWait();
                case CLOSED -> {
                    return told;
                }
            }
        }
    }

    private static PublishOutcome publish(Publisher<Note> publisher, Note note) {
        try {
            publisher.publish(note);
            return PublishOutcome.PUBLISHED;
        } catch (BusClosedException closed) {
            return PublishOutcome.CLOSED;
        }
    }

    private static void check(
            CloseReport report, List<Told> told, List<Listener> listeners, List<Subscription> subscriptions) {
        if (listeners.isEmpty()) {
            assertThat(report.delivered() + report.abandoned()).isZero();
            return;
        }
        long published = told.stream().mapToLong(one -> one.published().size()).sum();
        long heard = 0;
        for (int i = 0; i < listeners.size(); i++) {
            List<Note> notes = listeners.get(i).heard;
            heard += notes.size();
            assertThat(subscriptions.get(i).delivered()).isEqualTo(notes.size());
            for (int publisher = 0; publisher < told.size(); publisher++) {
                int name = publisher;
                List<Note> ofThisOne =
                        notes.stream().filter(note -> note.publisher() == name).toList();
                // A prefix of what was published: nothing twice, nothing refused, nothing out of order.
                assertThat(ofThisOne)
                        .isEqualTo(told.get(publisher)
                                .published()
                                .subList(
                                        0,
                                        Math.min(
                                                ofThisOne.size(),
                                                told.get(publisher).published().size())));
            }
        }
        assertThat(heard + report.abandoned()).isEqualTo(published * listeners.size());
        assertThat(report.delivered()).isLessThanOrEqualTo(heard);
        assertThat(report.refused()).isLessThanOrEqualTo(told.size());
    }
}
