package dev.tokenring.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class JvmTest {
    @Test
    void aChildTellsItsResult() {
        assertThat(Jvm.run(Doubles.class, 21, Integer.class)).isEqualTo(42);
    }

    @Test
    void aChildThatFailsIsAFailure() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Jvm.run(Doubles.class, "not a number", Integer.class))
                .withMessageStartingWith("the run ended with status 1: ");
    }

    @Test
    void aChildEndsWithWhoeverStartedIt(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        Process command = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Command.class.getName(),
                        pid.toString())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        ProcessHandle child = null;
        try {
            while (!Files.exists(pid)) {
                assertThat(command.isAlive()).isTrue();
                Thread.sleep(20);
            }
            child = ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow();

            command.destroy(); // as timeout does, and Ctrl-C

            command.waitFor();
            child.onExit().get();
        } finally {
            command.destroyForcibly();
            if (child != null) {
                child.destroyForcibly();
            }
        }
    }

    /** A program that has a result. */
    static final class Doubles {
        public static void main(String[] args) {
            System.out.println(Json.line(2 * Json.parse(args[0], Integer.class)));
        }
    }

    /** A command that waits for a program in a JVM of its own. */
    static final class Command {
        public static void main(String[] args) {
            Jvm.run(Endless.class, args[0], String.class);
        }
    }

    /** A program that says which process it is, and does not end by itself while anybody watches. */
    static final class Endless {
        public static void main(String[] args) throws IOException, InterruptedException {
            Path pid = Path.of(Json.parse(args[0], String.class));
            Path begun = pid.resolveSibling("begun");
            Files.writeString(begun, Long.toString(ProcessHandle.current().pid()));
            Files.move(begun, pid, StandardCopyOption.ATOMIC_MOVE);
            TimeUnit.MINUTES.sleep(10);
        }
    }
}
