package dev.tokenring.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
    private final StringWriter said = new StringWriter();

    @Test
    void whatIsWorseThanItMayBeIsNoFailure() {
        assertThat(execute(() -> 0)).isZero();
        assertThat(execute(() -> 1)).isEqualTo(1);
        assertThat(said.toString()).isEmpty();
    }

    @Test
    void aWrongOptionIsNoFailure() {
        assertThat(execute(() -> 0, "--no-such-option")).isEqualTo(2);
    }

    @Test
    void aFailureHasAStatusOfItsOwnAndSaysWhatFailedAndWhere() {
        var lost = new IllegalStateException("the fan-in failed\nin a fork", new AssertionError("message 7 was lost"));

        assertThat(execute(() -> {
                    throw lost;
                }))
                .isEqualTo(3);
        assertThat(said.toString().lines().findFirst())
                .contains("measure failed: IllegalStateException: the fan-in failed");
        assertThat(said.toString()).contains("Caused by: ", "message 7 was lost", "\tat " + MainTest.class.getName());
    }

    @Test
    void anErrorIsAFailureToo() {
        assertThat(execute(() -> {
                    throw new OutOfMemoryError("for weights");
                }))
                .isEqualTo(3);
        assertThat(said.toString()).startsWith("measure failed: OutOfMemoryError: for weights");
    }

    @Test
    void wrongAnswersFailJmhUnlessItIsToldWhatTheyDo() {
        assertThat(Main.withFailuresThatCount()).containsExactly("-foe", "true");
        assertThat(Main.withFailuresThatCount("FanIn", "-p", "peer=TOKENRING"))
                .containsExactly("-foe", "true", "FanIn", "-p", "peer=TOKENRING");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-foe false", "-foe true", "-foe=false", "FanIn -f 1 -foe false", "-no-such-option"})
    void whatJmhIsToldItselfStays(String options) {
        String[] given = options.split(" ");

        assertThat(Main.withFailuresThatCount(given)).isEqualTo(given);
    }

    private int execute(Callable<Integer> measurement, String... options) {
        var command = new CommandLine(new Measure(measurement)).setErr(new PrintWriter(said, true));
        return Main.execute(command, options);
    }

    /** A command that does what it is given. */
    @Command(name = "measure")
    private record Measure(Callable<Integer> measurement) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return measurement.call();
        }
    }
}
