package dev.tokenring.examples;

import dev.tokenring.persistence.JvmFlags;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Runs an example from within Maven, in a JVM of its own with the flags that it needs. The terminal is the example's; so
 * is Ctrl-C, for the end of which Maven waits; and Maven ends with its exit code, without a word of its own.
 */
public final class Launcher {
    private Launcher() {}

    /**
     * Runs an example to its end.
     *
     * @param args the example's name, then its options
     * @throws IOException if no JVM can be started
     * @throws InterruptedException if interrupted while the example runs
     * @throws URISyntaxException if the class path holds something that is no file
     */
    public static void main(String[] args) throws IOException, InterruptedException, URISyntaxException {
        Process example =
                new ProcessBuilder(command(Arrays.asList(args))).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(example), "example-end"));
        int exitCode = example.waitFor();
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    private static List<String> command(List<String> args) throws URISyntaxException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmFlags.required());
        command.addAll(JvmFlags.quieting());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
        command.add("-Dtokenring.home=" + System.getProperty("maven.multiModuleProjectDirectory", ""));
        command.addAll(List.of("-cp", classPath(), Examples.class.getName()));
        command.addAll(args);
        return command;
    }

    private static String classPath() throws URISyntaxException {
        if (!(Launcher.class.getClassLoader() instanceof URLClassLoader maven)) {
            return System.getProperty("java.class.path");
        }
        var path = new StringJoiner(File.pathSeparator);
        for (URL entry : maven.getURLs()) {
            path.add(Path.of(entry.toURI()).toString());
        }
        return path.toString();
    }

    /** Ctrl-C reaches both processes; when only this one is told to end, the other is told too. */
    private static void awaitEnd(Process example) {
        example.toHandle().destroy();
        try {
            example.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
