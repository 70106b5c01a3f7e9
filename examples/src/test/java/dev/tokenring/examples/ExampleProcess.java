package dev.tokenring.examples;

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

/** An example in a process of its own, as Maven would start it, with its standard streams in the test's hands. */
public final class ExampleProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Output out;
    private final Output err;

    private ExampleProcess(Process process) {
        this.process = process;
        this.out = new Output(process.getInputStream());
        this.err = new Output(process.getErrorStream());
    }

    public static ExampleProcess start(String example, String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmFlags.required());
        command.addAll(JvmFlags.quieting());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-Dtokenring.home=.."));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Examples.class.getName(), example));
        command.addAll(List.of(options));
        try {
            return new ExampleProcess(new ProcessBuilder(command).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ExampleProcess type(String lines) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(lines.getBytes(StandardCharsets.UTF_8));
            in.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("the example does not read; it said: " + out + err, e);
        }
    }

    public ExampleProcess endOfInput() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until what was printed satisfies a condition, and returns it. */
    public String awaitOutput(Predicate<String> condition) throws InterruptedException {
        return out.await(condition);
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the example did not end; it said: " + out + err);
        }
        out.join();
        err.join();
        return process.exitValue();
    }

    /** SIGTERM, which the JVM treats as it treats Ctrl-C. */
    public void interrupt() {
        // Process.destroy() would close the streams, and with them what the example still has to say.
        process.toHandle().destroy();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    public String out() {
        return out.toString();
    }

    public String err() {
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
            super("example-output");
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
                    throw new AssertionError("the example printed only:\n" + text);
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
