package dev.tokenring.bus.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Allocation;
import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.StuckHandlerException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the flight recorder gets to see, and what that costs when it is off. */
class EventsTest {
    private static final String TOPIC = "llm.requests";

    @TempDir
    private Path folder;

    /** Records the events of one kind, however short, while something happens. */
    private List<RecordedEvent> record(String name, Duration threshold, Runnable something) throws IOException {
        Path file = folder.resolve("events.jfr");
        try (var recording = new Recording()) {
            recording.enable(name).withThreshold(threshold);
            recording.start();
            something.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    private static void stall() {
        Objects.requireNonNull(StallEvent.start()).end(TOPIC);
    }

    private static void handle() {
        Objects.requireNonNull(SlowHandlerEvent.start()).end(TOPIC, "reader", 17);
    }

    @Test
    void stallTellsTheTopicAndHowLongThePublisherWaited() throws Exception {
        assertThat(record("tokenring.Stall", Duration.ZERO, EventsTest::stall))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("topic")).isEqualTo(TOPIC);
                    assertThat(event.getDuration()).isPositive();
                    assertThat(event.getStackTrace().getFrames())
                            .as("who waited")
                            .anyMatch(frame -> frame.getMethod().getName().equals("stall"));
                });
    }

    @Test
    void slowHandlerTellsWhichMessageOfWhichSubscriptionTookHowLong() throws Exception {
        assertThat(record("tokenring.SlowHandler", Duration.ZERO, EventsTest::handle))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("topic")).isEqualTo(TOPIC);
                    assertThat(event.getString("subscription")).isEqualTo("reader");
                    assertThat(event.getLong("sequence")).isEqualTo(17);
                    assertThat(event.getDuration()).isPositive();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenring.Stall", "tokenring.SlowHandler"})
    void whatIsShorterThanTheThresholdIsNotRecorded(String name) throws Exception {
        assertThat(record(name, Duration.ofHours(1), name.endsWith("Stall") ? EventsTest::stall : EventsTest::handle))
                .isEmpty();
    }

    @Test
    void thresholdsAreAsDocumented() {
        assertThat(thresholdOf(SlowHandlerEvent.class)).isEqualTo("20 ms");
        assertThat(thresholdOf(StallEvent.class)).isEqualTo("1 ms");
    }

    private static String thresholdOf(Class<? extends Event> event) {
        return EventType.getEventType(event).getSettingDescriptors().stream()
                .filter(setting -> setting.getName().equals("threshold"))
                .findFirst()
                .orElseThrow()
                .getDefaultValue();
    }

    @Test
    void deadLetterTellsWhereItComesFromAndWhy() throws Exception {
        var letter = new DeadLetter<>(
                TOPIC,
                "reader",
                17,
                "secret",
                Headers.NONE,
                3,
                new IllegalStateException("secret"),
                Instant.EPOCH,
                Instant.EPOCH);
        assertThat(record("tokenring.DeadLetter", Duration.ZERO, () -> DeadLetterEvent.record(letter)))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("topic")).isEqualTo(TOPIC);
                    assertThat(event.getString("subscription")).isEqualTo("reader");
                    assertThat(event.getLong("sequence")).isEqualTo(17);
                    assertThat(event.getInt("attempts")).isEqualTo(3);
                    assertThat(event.getClass("lastError").getName()).isEqualTo(IllegalStateException.class.getName());
                    assertThat(event.toString()).as("what users wrote").doesNotContain("secret");
                });
    }

    @Test
    void timeoutTellsTheServiceAndHowLongTheCallerWaited() throws Exception {
        assertThat(record("tokenring.Timeout", Duration.ZERO, () -> TimeoutEvent.record("dialogue", 1_500_000)))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("service")).isEqualTo("dialogue");
                    assertThat(event.getDuration("waited")).isEqualTo(Duration.ofNanos(1_500_000));
                });
    }

    @Test
    void stuckHandlerTellsEverythingThatTheReportTells() throws Exception {
        var stuck = new StuckHandlerException(
                TOPIC, "reader", 9, "tokenring-reader", Duration.ofSeconds(10), new StackTraceElement[0]);
        assertThat(record("tokenring.StuckHandler", Duration.ZERO, () -> StuckHandlerEvent.record(stuck)))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("topic")).isEqualTo(TOPIC);
                    assertThat(event.getString("subscription")).isEqualTo("reader");
                    assertThat(event.getLong("lag")).isEqualTo(9);
                    assertThat(event.getString("stuckThread")).isEqualTo("tokenring-reader");
                    assertThat(event.getDuration("since")).isEqualTo(Duration.ofSeconds(10));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "StallEvent, tokenring.Stall",
        "SlowHandlerEvent, tokenring.SlowHandler",
        "DeadLetterEvent, tokenring.DeadLetter",
        "TimeoutEvent, tokenring.Timeout",
        "StuckHandlerEvent, tokenring.StuckHandler"
    })
    void eventsAreFoundUnderOneRoof(String type, String name) throws Exception {
        EventType event = EventType.getEventType(
                Class.forName("dev.tokenring.bus.inspect." + type).asSubclass(Event.class));
        assertThat(event.getName()).isEqualTo(name);
        assertThat(event.getCategoryNames()).containsExactly("Tokenring");
        assertThat(event.getDescription()).isNotBlank();
        assertThat(event.getFields().stream().filter(field -> !builtIn(field.getName())))
                .isNotEmpty()
                .allSatisfy(field -> assertThat(field.getLabel()).isNotBlank());
    }

    private static boolean builtIn(String field) {
        return Stream.of("startTime", "duration", "eventThread", "stackTrace").anyMatch(field::equals);
    }

    @Test
    void measuringIsLeftOutAndAllocatesNothingWhileNobodyRecords() {
        assertThat(SlowHandlerEvent.start()).isNull();
        assertThat(StallEvent.start()).isNull();
        assertThat(Allocation.bytesPerRound(() -> {
                    if (SlowHandlerEvent.start() != null || StallEvent.start() != null) {
                        throw new AssertionError("nobody records");
                    }
                }))
                .isLessThan(1);
    }
}
