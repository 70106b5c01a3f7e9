package dev.tokenring.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.latency.LatencyAtRate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

class ArgumentsTest {
    private static final String MULTIPLE = "a number above 0 that is 1000 at most";

    private final StringWriter said = new StringWriter();

    @ParameterizedTest
    @CsvSource({"--subscriptions,-1", "--subscriptions,0", "--seconds,0", "--seconds,-1"})
    void anIdleBusIsNotLookedAtForNoTime(String option, String value) {
        isRefused(new IdleCost(), option, value, "a whole number that is 1 or more");
    }

    @ParameterizedTest
    @CsvSource({"--runs,0,1", "--seconds,0,1", "--warmup,-1,0"})
    void latenciesAreNotMeasuredInNoRunsAndNoTime(String option, String value, int least) {
        isRefused(new LatencyAtRate(), option, value, "a whole number that is " + least + " or more");
    }

    @ParameterizedTest
    @CsvSource({"--rounds,0", "--seconds,0", "--seconds,-1"})
    void aSweepIsNotMadeInNoRoundsAndNoTime(String option, String value) {
        isRefused(new GenerationSweep(), option, value, "a whole number that is 1 or more");
    }

    @ParameterizedTest
    @CsvSource({
        "--times,-1.0",
        "--times,0.0",
        "--times,NaN",
        "--times,1.0E9",
        "--first-token,0.0",
        "--deadline,Infinity"
    })
    void aSweepIsNotMadeAtRatesThatWouldNotEnd(String option, String value) {
        isRefused(new GenerationSweep(), option, value, MULTIPLE);
    }

    @Test
    void oneWrongTimeAmongOthersIsNamed() {
        execute(new GenerationSweep(), "--times", "1,-2,4");

        assertThat(said.toString()).startsWith("--times is -2.0: give " + MULTIPLE);
    }

    @Test
    void aFileThatCantBeWrittenIsRefusedBeforeAnythingIsMeasured(@TempDir Path folder) throws IOException {
        String right = "a file that can be written, in a folder that there is";
        Path file = Files.createFile(folder.resolve("file"));
        for (Path wrong : new Path[] {folder, folder.resolve("none/found.json"), file.resolve("found.json")}) {
            said.getBuffer().setLength(0);
            isRefused(new GenerationSweep(), "--json", wrong.toString(), right);
            said.getBuffer().setLength(0);
            isRefused(new LatencyAtRate(), "--json", wrong.toString(), right);
        }
    }

    @Test
    void whatIsRightOrWasNotGivenPasses(@TempDir Path folder) throws IOException {
        new Arguments(CommandSpec.forAnnotatedObject(new Nothing()))
                .atLeast(1, "--rounds", 1)
                .atLeast(1, "--rounds", null)
                .multiple("--times", 0.5)
                .file("--json", null)
                .file("--json", folder.resolve("new.json"))
                .file("--json", Files.createFile(folder.resolve("old.json")))
                .file("--json", Path.of("in-the-working-folder.json"))
                .folder("--out", folder)
                .folder("--out", folder.resolve("to/be/made"));
    }

    @Command
    private static final class Nothing {}

    private void isRefused(Callable<Integer> command, String option, String value, String right) {
        assertThat(execute(command, option, value)).isEqualTo(2);
        assertThat(said.toString().lines().findFirst()).contains(option + " is " + value + ": give " + right);
    }

    private int execute(Callable<Integer> command, String... options) {
        return new CommandLine(command).setErr(new PrintWriter(said, true)).execute(options);
    }
}
