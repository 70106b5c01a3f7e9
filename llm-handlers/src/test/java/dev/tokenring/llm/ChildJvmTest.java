package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What only a JVM of its own can show: that nothing is printed, nobody is called, and native memory does not grow. The
 * heap is touched at the start, so that what grows later is none of it.
 */
class ChildJvmTest {
    /** What seed 17 draws; it is the same on every JVM. */
    private static final String ANSWER =
            "answer [43, 389, 306, 805, 304, 393, 419, 343, 2018, 323, 308, 526, 726, 304, 522, 28]";

    @TempDir
    private Path folder;

    private List<String> run(String what, String... flags) throws Exception {
        Path output = folder.resolve("output.txt");
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
        command.add("-Dai.djl.pytorch.num_threads=1");
        // JDK 24 and later warn of libraries that load native code.
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildProgram.class.getName(), what));
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(120, TimeUnit.SECONDS)).as("child ended").isTrue();
        } finally {
            child.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(child.exitValue()).as("%s", lines).isZero();
        return lines;
    }

    private static long number(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " is not in " + lines));
    }

    @Test
    void aModelAnswersOfflineAndPrintsNothing() throws Exception {
        assertThat(run("offline")).containsExactly(ANSWER, "attempts 0", "tracking off true", "offline true");
    }

    /** Also shows that DJL would call home, and that the guard would see it. */
    @Test
    void whatTheUserHasSetStands() throws Exception {
        List<String> lines = run("offline", "-DOPT_OUT_TRACKING=false", "-Dai.djl.offline=false");

        assertThat(lines).contains("tracking off false", "offline false");
        assertThat(number(lines, "attempts")).isPositive();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void manyAnswersLeaveNoMemoryBehind() throws Exception {
        List<String> lines = run("manyAnswers");

        // The cache of one sequence is 2.25 MiB, so 150 that were kept would be 337 MiB.
        assertThat(number(lines, "growth")).as("KiB, of %s", lines).isLessThan(64 << 10);
        assertThat(number(lines, "anonymous")).as("KiB, of %s", lines).isLessThan(700 << 10);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void loadingAndClosingLeavesNoMemoryBehind() throws Exception {
        // The weights of this model are 22.6 MiB, so 12 that were kept would be 270 MiB.
        assertThat(number(run("loadAndClose"), "growth")).as("KiB").isLessThan(64 << 10);
    }
}
