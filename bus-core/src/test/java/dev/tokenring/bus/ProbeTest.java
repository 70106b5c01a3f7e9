package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A probe tells a test what was published, and what there was instead if it was something else. */
class ProbeTest extends BusTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Topic<String> NAMES = Topic.of("names", String.class);
    private static final TopicPattern<String> ALL_TEXTS = TopicPattern.of(">", String.class);
    private static final Topic<int[]> CELLS =
            Topic.inPlace("cells", int[].class, () -> new int[1]).withCapacity(2);
    private static final Duration LONG = Duration.ofHours(1);

    private final Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));

    private Bus openStepped() {
        return open(BusOptions.DEFAULT.steppedBy(stepper));
    }

    private static void publish(Bus bus, String... words) {
        for (String word : words) {
            bus.publish(WORDS, word);
        }
    }

    private static void publish(Bus bus, int cell) {
        bus.publisher(CELLS).publishInPlace(slot -> slot[0] = cell);
    }

    private static void assertFails(ThrowingCallable expectation, String message) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(expectation).withMessage(message);
    }

    // ---- recording

    @Test
    void recordsWhatIsPublishedInOrderWithItsHeaders() {
        Bus bus = openStepped();
        publish(bus, "before the probe");
        Probe<String> probe = Probe.on(bus, WORDS);
        Headers fromAnna = Headers.NONE.withSender("Anna");
        bus.publish(WORDS, "one", fromAnna);
        bus.publish(NAMES, "on another topic");
        publish(bus, "two");
        stepper.run();
        assertThat(probe.messages()).containsExactly("one", "two");
        assertThat(probe.headers()).containsExactly(fromAnna, Headers.NONE);
        assertThat(probe.topics()).containsExactly("words", "words");
        assertThat(probe.count()).isEqualTo(2);
    }

    @Test
    void whatIsLookedAtChangesNoMore() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        var before = probe.messages();
        publish(bus, "one");
        stepper.run();
        assertThat(before).isEmpty();
    }

    @Test
    void whatHandlersPublishIsRecorded() {
        Bus bus = openStepped();
        bus.subscribe(WORDS, (word, context) -> bus.publish(NAMES, word + "!"));
        Probe<String> names = Probe.on(bus, NAMES);
        publish(bus, "one");
        stepper.run();
        assertThat(names.next()).isEqualTo("one!");
        names.expectNone();
    }

    @Test
    void patternIsRecordedWithTheTopics() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, ALL_TEXTS);
        bus.publish(WORDS, "one");
        stepper.run();
        bus.publish(NAMES, "Anna");
        stepper.run();
        assertThat(probe.messages()).containsExactly("one", "Anna");
        assertThat(probe.topics()).containsExactly("words", "names");
    }

    @Test
    void deadLettersAreRecordedAsAnyTopicIs() {
        Bus bus = openStepped();
        bus.subscribe(WORDS, "broken", (word, context) -> {
            throw new IllegalStateException("always");
        });
        Probe<DeadLetter<String>> ofWords = Probe.on(bus, DeadLetter.topicOf(WORDS));
        Probe<DeadLetter<?>> all = Probe.on(bus, DeadLetter.ALL);
        publish(bus, "one");
        stepper.run();
        DeadLetter<String> letter = ofWords.next();
        assertThat(letter.message()).isEqualTo("one");
        assertThat(letter.subscription()).isEqualTo("broken");
        assertThat(all.messages()).containsExactly(letter);
    }

    @Test
    void retriesOfTheBusAreNotForProbes() {
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper).withRetry(RetryPolicy.of(3)));
        Probe<Integer> cells = Probe.on(bus, CELLS, cell -> cell[0]);
        publish(bus, 1);
        stepper.run();
        assertThat(cells.next()).isEqualTo(1);
    }

    // ---- in place

    @Test
    void messagesInPlaceAreRefused() {
        Bus bus = openStepped();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Probe.on(bus, CELLS))
                .withMessage(
                        "the messages of topic cells lie in place and are overwritten, so a probe can't keep them: say"
                                + " with Probe.on(bus, topic, copy) what to keep of each");
    }

    @Test
    void copiesOfMessagesInPlaceStayWhenTheSlotIsFilledAgain() {
        Bus bus = openStepped();
        Probe<int[]> copies = Probe.on(bus, CELLS, int[]::clone);
        Probe<Integer> parts = Probe.on(bus, TopicPattern.of("cells", int[].class), cell -> cell[0]);
        for (int cell = 0; cell < 10; cell++) {
            publish(bus, cell);
            stepper.run();
        }
        assertThat(copies.messages()).extracting(copy -> copy[0]).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(parts.messages()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void patternThatFindsMessagesInPlaceFailsEveryExpectation() {
        Bus bus = openStepped();
        Probe<int[]> probe = Probe.on(bus, TopicPattern.of(">", int[].class));
        publish(bus, 1);
        stepper.run();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(probe::messages)
                .withMessageContaining("could not be recorded")
                .withMessageContaining("lie in place");
        assertThatExceptionOfType(AssertionError.class).isThrownBy(probe::next);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(probe::expectNone);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> probe.await(1, LONG));
    }

    @Test
    void copyThatFailsIsToldAndStopsNothing() {
        Bus bus = openStepped();
        var wrong = new IllegalStateException("no such cell");
        Probe<Integer> probe = Probe.on(bus, CELLS, cell -> {
            throw wrong;
        });
        publish(bus, 1);
        stepper.run();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(probe::count)
                .withMessage("a message on cells could not be recorded: " + wrong)
                .withCause(wrong);
        assertThat(errors).isEmpty();
    }

    // ---- expecting

    @Test
    void nextReadsOnAndMessagesStay() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        publish(bus, "one", "two");
        stepper.run();
        assertThat(probe.next()).isEqualTo("one");
        assertThat(probe.next()).isEqualTo("two");
        assertThat(probe.messages()).containsExactly("one", "two");
        assertThat(probe).hasToString("Probe[words, recorded=2, read=2]");
    }

    @Test
    void failureTellsWhatThereWasInstead() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        assertFails(probe::next, "expected message 1 on words, but found none");
        publish(bus, "one", "two");
        stepper.run();
        assertFails(() -> probe.await(3, LONG), "expected 3 messages on words, but found 2: [one, two]");
        assertThat(probe.next()).isEqualTo("one");
        assertFails(probe::expectNone, "expected no unread messages on words, but found 1: [two]");
        assertThat(probe.next()).isEqualTo("two");
        assertFails(() -> probe.next(LONG), "expected message 3 on words, but found 2: [one, two]");
    }

    @Test
    void longFailureTellsTheNewest() {
        Bus bus = openStepped();
        Probe<Integer> cells = Probe.on(bus, CELLS, cell -> cell[0]);
        for (int cell = 0; cell < 12; cell++) {
            publish(bus, cell);
            stepper.run();
        }
        assertFails(
                cells::expectNone,
                "expected no unread messages on cells, but found 12: 2 others, and [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]");
    }

    @Test
    void forgottenStepIsTold() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        publish(bus, "one", "two");
        String remedy = "; and 2 to be stepped: call Stepper.run() first";
        assertFails(probe::next, "expected message 1 on words, but found none" + remedy);
        assertFails(probe::expectNone, "expected no unread messages on words, but found none" + remedy);
        stepper.run();
        assertThat(probe.next()).isEqualTo("one");
    }

    @Test
    void clearedProbeBeginsAnew() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        publish(bus, "one");
        stepper.run();
        probe.clear();
        probe.expectNone();
        publish(bus, "two");
        stepper.run();
        assertThat(probe.next()).isEqualTo("two");
        assertThat(probe.headers()).hasSize(1);
        assertThat(probe.topics()).hasSize(1);
    }

    @Test
    void closedProbeKeepsWhatItHas() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        publish(bus, "one");
        stepper.run();
        probe.close();
        publish(bus, "two");
        stepper.run();
        assertThat(probe.messages()).containsExactly("one");
    }

    @Test
    void countAndTimeoutMustBePositive() {
        Bus bus = openStepped();
        Probe<String> probe = Probe.on(bus, WORDS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> probe.await(0, LONG))
                .withMessage("count is 0: give the number of messages, 1 or more; see expectNone for none");
        assertThatIllegalArgumentException().isThrownBy(() -> probe.await(1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> probe.next(Duration.ZERO));
    }

    // ---- on a bus with threads

    @Test
    void messagesAreWaitedFor() throws Exception {
        Bus bus = open();
        Probe<String> probe = Probe.on(bus, WORDS);
        var reader = new AtomicReference<Thread>();
        Future<String> reading = start(() -> {
            reader.set(Thread.currentThread());
            return probe.next(PATIENCE);
        });
        await("somebody reads", () -> reader.get() != null);
        awaitBlocked(reader.get());
        publish(bus, "one");
        assertThat(get(reading)).isEqualTo("one");
        publish(bus, "two", "three");
        assertThat(probe.await(3, PATIENCE)).containsExactly("one", "two", "three");
    }

    @Test
    void waitingEndsInTime() {
        Bus bus = open();
        Probe<String> probe = Probe.on(bus, WORDS);
        publish(bus, "one");
        assertThat(probe.next(PATIENCE)).isEqualTo("one");
        assertFails(
                () -> probe.next(Duration.ofMillis(5)),
                "expected message 2 on words within PT0.005S, but found 1: [one]");
        assertFails(
                () -> probe.await(2, Duration.ofMillis(5)),
                "expected 2 messages on words within PT0.005S, but found 1: [one]");
    }

    @Test
    void interruptedReaderStaysInterrupted() throws Exception {
        Bus bus = open();
        Probe<String> probe = Probe.on(bus, WORDS);
        Future<Boolean> reading = start(() -> {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> probe.next(LONG));
            return Thread.interrupted();
        });
        assertThat(get(reading)).isTrue();
    }

    @Test
    void messagesOfManyPublishersAreAllRecorded() throws Exception {
        Bus bus = open();
        Probe<String> probe = Probe.on(bus, WORDS);
        Future<?> one = start(() -> publishMany(bus, "a"));
        Future<?> other = start(() -> publishMany(bus, "b"));
        assertThat(probe.await(20_000, PATIENCE)).hasSize(20_000);
        get(one);
        get(other);
        assertThat(probe.messages().stream().filter("a"::equals)).hasSize(10_000);
    }

    private static Object publishMany(Bus bus, String word) {
        for (int i = 0; i < 10_000; i++) {
            bus.publish(WORDS, word);
        }
        return word;
    }
}
