package dev.tokenring.examples.dialogue;

import dev.tokenring.examples.Examples;
import dev.tokenring.persistence.JvmFlags;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The demo in a process of its own, as Maven would start it, with its standard streams in the test's hands. */
final class DemoProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Output out;
    private final Output err;

    private DemoProcess(Process process) {
        this.process = process;
        this.out = new Output(process.getInputStream());
        this.err = new Output(process.getErrorStream());
    }

    static DemoProcess start(String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmFlags.required());
        command.addAll(JvmFlags.quieting());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-Dtokenring.home=.."));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Examples.class.getName(), "dialogue"));
        command.addAll(List.of(options));
        try {
            return new DemoProcess(new ProcessBuilder(command).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DemoProcess type(String lines) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(lines.getBytes(StandardCharsets.UTF_8));
            in.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("the demo does not read; it said: " + out + err, e);
        }
    }

    DemoProcess endOfInput() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until what was printed satisfies a condition, and returns it. */
    String awaitOutput(Predicate<String> condition) throws InterruptedException {
        return out.await(condition);
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the demo did not end; it said: " + out + err);
        }
        out.join();
        err.join();
        return process.exitValue();
    }

    /** SIGTERM, which the JVM treats as it treats Ctrl-C. */
    void interrupt() {
        // Process.destroy() would close the streams, and with them what the demo still has to say.
        process.toHandle().destroy();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Collects one stream of the process. */
    private static final class Output extends Thread {
        private final InputStream stream;
        private final StringBuilder text = new StringBuilder();
        private boolean ended;

        Output(InputStream stream) {
            super("demo-output");
            this.stream = stream;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            byte[] chunk = new byte[8192];
            try {
                for (int n = stream.read(chunk); n >= 0; n = stream.read(chunk)) {
                    append(new String(chunk, 0, n, StandardCharsets.UTF_8));
                }
            } catch (IOException killed) {
                append("");
            }
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }

        private synchronized void append(String more) {
            text.append(more);
            notifyAll();
        }

        synchronized String await(Predicate<String> condition) throws InterruptedException {
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!condition.test(text.toString())) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (ended || leftMs <= 0) {
                    throw new AssertionError("the demo printed only:\n" + text);
                }
                wait(leftMs);
            }
            return text.toString();
        }

        @Override
        public synchronized String toString() {
            return text.toString();
        }
    }
}
