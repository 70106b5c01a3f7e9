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
     * Runs a program in a new JVM with the class path and the flags of this one.
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
        try {
            Process jvm =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            String line;
            try (BufferedReader output = jvm.inputReader()) {
                line = output.readLine();
            }
            int status = jvm.waitFor();
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
}
