package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.inspect.SlowHandlerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong on a bus can be seen in the flight recorder. */
class FlightRecordTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(2);

    @TempDir
    private Path folder;

    private final Recording recording = new Recording();
    private final Gate gate = new Gate();

    @BeforeEach
    void record() {
        Stream.of("Stall", "SlowHandler")
                .forEach(name -> recording.enable("tokenring." + name).withThreshold(Duration.ofMillis(1)));
        Stream.of("DeadLetter", "Timeout", "StuckHandler").forEach(name -> recording.enable("tokenring." + name));
        recording.start();
    }

    @AfterEach
    void close() {
        recording.close();
    }

    private List<RecordedEvent> events(String name) {
        try {
            Path file = folder.resolve("bus.jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("tokenring." + name))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private RecordedEvent firstEvent(String name) {
        await("a " + name, () -> !events(name).isEmpty());
        return events(name).get(0);
    }

    @Test
    void publisherThatWaitsAndHandlerThatIsSlowAreSeen() throws Exception {
        Bus bus = open();
        bus.subscribe(NUMBERS, "slow", (number, context) -> gate.pass());
        Future<?> publishing = start(() -> {
            for (int number = 0; number < 4; number++) {
                bus.publish(NUMBERS, number);
            }
            return null;
        });
        gate.awaitArrival();
        long sinceNs = System.nanoTime();
        await("both have taken their time", () -> System.nanoTime() - sinceNs > 20_000_000);
        gate.open();
        get(publishing);

        RecordedEvent stall = firstEvent("Stall");
        assertThat(stall.getString("topic")).isEqualTo("numbers");
        assertThat(stall.getDuration()).isGreaterThan(Duration.ofMillis(1));
        RecordedEvent slow = firstEvent("SlowHandler");
        assertThat(slow.getString("topic")).isEqualTo("numbers");
        assertThat(slow.getString("subscription")).isEqualTo("slow");
        assertThat(slow.getLong("sequence")).isZero();
        assertThat(slow.getDuration()).isGreaterThan(Duration.ofMillis(19));
    }

    @Test
    void slowBatchIsSeenThoughItFails() {
        Bus bus = open();
        bus.subscription(NUMBERS).named("slow").handleBatches((numbers, context) -> {
            long sinceNs = System.nanoTime();
            await("some time", () -> System.nanoTime() - sinceNs > 20_000_000);
            throw new IllegalStateException("slow and bad");
        });
        bus.publish(NUMBERS, 1);
        assertThat(firstEvent("SlowHandler").getString("subscription")).isEqualTo("slow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "profile"})
    void recordingThatDoesNotAskForSlowHandlersMeasuresNone(String configuration) throws Exception {
        recording.stop();
        try (var ordinary = new Recording(Configuration.getConfiguration(configuration))) {
            ordinary.start();
            assertThat(FlightRecording.slowHandler()).isNull();
            ordinary.enable(SlowHandlerEvent.NAME);
            assertThat(FlightRecording.slowHandler()).isNotNull();
        }
    }

    @Test
    void deadLetterIsSeen() {
        Bus bus = open();
        bus.subscribe(NUMBERS, "broken", (number, context) -> {
            throw new IllegalStateException("always");
        });
        bus.publish(NUMBERS, 1);
        RecordedEvent letter = firstEvent("DeadLetter");
        assertThat(letter.getString("topic")).isEqualTo("numbers");
        assertThat(letter.getString("subscription")).isEqualTo("broken");
        assertThat(letter.getClass("lastError").getName()).isEqualTo(IllegalStateException.class.getName());
    }

    @Test
    void timeoutIsSeen() {
        Bus bus = open();
        Service<Integer, Integer> service = Service.of("double", Integer.class, Integer.class);
        bus.serve(service, (number, context) -> {
            gate.pass();
            return 2 * number;
        });
        CompletableFuture<Integer> reply = bus.request(service, 1, Duration.ofMillis(5));
        RecordedEvent timeout = firstEvent("Timeout");
        gate.open();
        assertThat(timeout.getString("service")).isEqualTo("double");
        assertThat(timeout.getDuration("waited")).isGreaterThanOrEqualTo(Duration.ofMillis(5));
        assertThat(reply).isCompletedExceptionally();
    }

    @Test
    void stuckHandlerIsSeen() {
        Bus bus = open(BusOptions.DEFAULT.withStuckAfter(Duration.ofMillis(40), StuckPolicy.WAIT));
        bus.subscribe(NUMBERS, "stuck", (number, context) -> gate.pass());
        bus.publish(NUMBERS, 1);
        RecordedEvent stuck = firstEvent("StuckHandler");
        gate.open();
        assertThat(stuck.getString("subscription")).isEqualTo("stuck");
        assertThat(stuck.getString("stuckThread")).isEqualTo("tokenring-numbers-stuck");
        assertThat(stuck.getLong("lag")).isEqualTo(1);
    }
}
