package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenring.benchmarks.measure.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
    private static final Supplier<Double> NEVER = () -> {
        throw new AssertionError("measured again");
    };

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void endEarly() throws IOException {
        file = folder.resolve("new/report.jsonl");
        Progress first = Progress.begin(file, begun("a", 1));
        first.next("one", Double.class, () -> 1.5);
        first.next("one", Double.class, () -> 2.5);
        first.next("two", Percent[].class, () -> new Percent[] {new Percent(7)});
    }

    record Percent(double value) {}

    @Test
    void whatWasMeasuredComesAgainInItsOrderAndThenNewOne() throws IOException {
        Progress again = Progress.resume(file, begun("a", 2));

        assertThat(again.begun()).isEqualTo(begun("a", 1));
        assertThat(again.next("two", Percent[].class, () -> new Percent[0])).containsExactly(new Percent(7));
        assertThat(again.next("one", Double.class, NEVER)).isEqualTo(1.5);
        assertThat(again.next("one", Double.class, NEVER)).isEqualTo(2.5);
        assertThat(again.next("one", Double.class, () -> 3.5)).isEqualTo(3.5);

        Progress third = Progress.resume(file, begun("a", 3));
        for (double expected : new double[] {1.5, 2.5, 3.5}) {
            assertThat(third.next("one", Double.class, NEVER)).isEqualTo(expected);
        }
    }

    @Test
    void aLineThatWasCutOffIsMeasuredAgain() throws IOException {
        Files.writeString(file, "{\"of\":\"one\",\"val", StandardOpenOption.APPEND);

        Progress again = Progress.resume(file, begun("a", 2));
        again.next("three", Double.class, () -> 9.0);

        assertThat(Progress.resume(file, begun("a", 3)).next("three", Double.class, NEVER))
                .isEqualTo(9.0);
    }

    @Test
    void anotherCommitIsNotGoneOnWith() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Progress.resume(file, begun("b", 2)))
                .withMessageContainingAll(file.toString(), "commit a", "commit b", "leave --resume out");
    }

    @Test
    void whatNoReportWroteIsNotGoneOnWith() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Progress.resume(folder.resolve("none"), begun("a", 2)))
                .withMessageContaining("there is no report to resume");
        for (String text : new String[] {"", "hello\n", "{}\n"}) {
            Files.writeString(file, text);
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> Progress.resume(file, begun("a", 2)))
                    .withMessageContaining("leave --resume out");
        }
    }

    private static Progress.Begun begun(String commit, int second) {
        return Progress.Begun.of(Machine.here(), commit, false, Instant.ofEpochSecond(second));
    }
}
