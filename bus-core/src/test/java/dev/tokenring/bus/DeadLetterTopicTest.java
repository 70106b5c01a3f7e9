package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who reads dead letters as they come gets each of them, or is told. */
class DeadLetterTopicTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private final Stepper stepper = Stepper.at(Instant.EPOCH);
    private final List<HandlerError> errors = new CopyOnWriteArrayList<>();
    private final List<String> letters = new CopyOnWriteArrayList<>();

    private Bus steppedBus() {
        return Bus.open(BusOptions.DEFAULT.steppedBy(stepper).withErrorSink(errors::add));
    }

    private static void failOn(Bus bus, Topic<String> topic) {
        bus.subscribe(topic, (word, context) -> {
            throw new IllegalStateException("bad " + word);
        });
    }

    @Test
    void readersMayGiveTheTopicAnotherCapacity() {
        try (Bus bus = steppedBus()) {
            bus.subscribe(
                    DeadLetter.topicOf(WORDS).withCapacity(4096), (letter, context) -> letters.add(letter.message()));
            failOn(bus, WORDS);
            bus.publish(WORDS, "one");
            stepper.run();
            assertThat(letters).containsExactly("one");
        }
    }

    @Test
    void letterThatFindsNoRoomIsCountedAndTold() {
        try (Bus bus = steppedBus()) {
            Topic<DeadLetter<String>> small = DeadLetter.topicOf(WORDS).withCapacity(2);
            Poller<DeadLetter<String>> slow = bus.subscription(small).poller();
            failOn(bus, WORDS);
            bus.publish(WORDS, "one");
            bus.publish(WORDS, "two");
            bus.publish(WORDS, "three");
            stepper.run();
            assertThat(slow.poll()).isNotNull();
            assertThat(bus.snapshot().topics())
                    .filteredOn(topic -> topic.name().equals(small.name()))
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.refused()).isEqualTo(1));
            assertThat(errors).extracting(HandlerError::cause).anySatisfy(cause -> assertThat(cause)
                    .hasMessageContaining("the topic of dead letters is full"));
            assertThat(bus.deadLetters(WORDS)).hasSize(3);
            slow.close();
        }
    }

    @Test
    void handlersReachTopicsThatAreNewWhileTheBusDrains() throws InterruptedException {
        Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(errors::add));
        var audit = new CopyOnWriteArrayList<String>();
        var began = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        bus.subscribe(DeadLetter.ALL, (letter, context) -> letters.add(String.valueOf(letter.message())));
        bus.subscribe(TopicPattern.of("audit.>", String.class), (word, context) -> audit.add(word));
        bus.subscribe(WORDS, (word, context) -> {
            began.countDown();
            mayGoOn.await();
            bus.publish(Topic.of("audit." + word, String.class), word);
            throw new IllegalStateException("bad " + word);
        });
        bus.publish(WORDS, "one");
        began.await();
        var reports = new ArrayList<CloseReport>();
        var closer = new Thread(() -> reports.add(bus.close(Duration.ofSeconds(10))));
        closer.start();
        BusTest.await("the bus is closing", () -> {
            try {
                bus.publish(WORDS, "refused once it is closing");
                return false;
            } catch (BusClosedException closing) {
                return true;
            }
        });
        mayGoOn.countDown();
        closer.join();
        assertThat(audit).contains("one");
        assertThat(letters).contains("one");
        assertThat(reports).singleElement().satisfies(report -> assertThat(report.abandoned())
                .isZero());
    }

    @Test
    void letterIsRedrivenOnce() {
        try (Bus bus = steppedBus()) {
            var broken = new boolean[] {true};
            var handled = new ArrayList<String>();
            bus.subscribe(WORDS, (word, context) -> {
                if (broken[0]) {
                    throw new IllegalStateException("not yet");
                }
                handled.add(word);
            });
            bus.publish(WORDS, "pay 100");
            stepper.run();
            broken[0] = false;
            DeadLetter<String> letter = bus.deadLetters(WORDS).get(0);
            assertThat(bus.redrive(letter)).isEqualTo(RedriveOutcome.REDRIVEN);
            assertThat(bus.redrive(letter.withMessage("pay 200"))).isEqualTo(RedriveOutcome.REDRIVEN_BEFORE);
            stepper.run();
            assertThat(handled).containsExactly("pay 100");
        }
    }
}
