package dev.tokenring.benchmarks.measure;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Runs what is no JMH benchmark in a JVM of its own, so that no run finds what another has left behind. */
public final class Jvm {
    private Jvm() {}

    /**
     * Runs a program in a new JVM with the class path and the flags of this one. It ends with this one, so that a command
     * that is stopped leaves nothing running beside what is measured next.
     *
     * @param program its {@code main} gets the plan {@linkplain Json#line on one line}, and prints its result on one, the
     *     first
     * @param plan what it is to do
     * @param result what it tells
     * @throws IllegalStateException if it failed
     */
    public static <T> T run(Class<?> program, Object plan, Class<T> result) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        // As in the benchmarks: for peers that use Unsafe, and for those that look into the JDK.
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.add(Json.line(plan));
        try (var child = new Child(
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start())) {
            String line;
            try (BufferedReader output = child.process.inputReader()) {
                line = output.readLine();
            }
            int status = child.process.waitFor();
            if (status != 0 || line == null) {
                throw new IllegalStateException(
                        "the run ended with status " + status + ": " + String.join(" ", command));
            }
            return Json.parse(line, result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted during " + plan);
        }
    }

    /** A process that ends no later than this JVM, and no later than the block that waits for it. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final Thread ending;

        Child(Process process) {
            this.process = process;
            ending = new Thread(process::destroyForcibly, "ends a child");
            try {
                Runtime.getRuntime().addShutdownHook(ending);
            } catch (IllegalStateException tooLate) { // this JVM is ending already
                process.destroyForcibly();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
            try {
                Runtime.getRuntime().removeShutdownHook(ending);
            } catch (IllegalStateException ended) { // this JVM is ending: it does the same
                process.destroyForcibly();
            }
        }
    }
}
