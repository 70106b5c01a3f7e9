package dev.tokenring.examples.dialogue;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines come from, and where the words go: a person at a terminal, a pipe, or, where nothing comes in at all, a
 * script.
 */
final class Terminal {
    private static final List<String> SCRIPT = List.of(
            "{ \"message_type\": \"NLPQuery\", \"query\": \"How to get started with LLMs?\", \"sender\": \"user1\","
                    + " \"timestamp\": \"2023-06-01 12:00:00\" }",
            "I would like to book a table for two in San Jose tonight.",
            "At half past seven, please.");

    private final boolean interactive;
    private final BufferedReader in;
    private final PrintStream out;
    private int linesRead;
    private int scriptAt;

    @SuppressWarnings("SystemConsoleNull") // null on older JDKs; isTerminal() asks the newer ones
    Terminal() {
        Console console = System.console();
        interactive = console != null && isTerminal(console);
        Charset charset = interactive && console != null ? console.charset() : StandardCharsets.UTF_8;
        in = new BufferedReader(new InputStreamReader(System.in, charset));
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset);
    }

    /** From JDK 22 on a console may stand for something else than a terminal, and can be asked. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJdk) {
            return true;
        }
    }

    /** The next line, or null at the end. */
    @Nullable String readLine(String prompt) {
        if (interactive) {
            out.print(prompt);
            out.flush();
        }
        String line = nextLine();
        if (interactive && line == null) {
            out.println();
        }
        return line;
    }

    private @Nullable String nextLine() {
        if (scriptAt > 0) {
            return scriptAt < SCRIPT.size() ? SCRIPT.get(scriptAt++) : null;
        }
        try {
            String line = in.readLine();
            if (line == null && linesRead == 0 && !interactive) {
                return SCRIPT.get(scriptAt++);
            }
            linesRead++;
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("standard input can't be read", e);
        }
    }

    /** Shows a line that was taken; a person has seen what they typed. */
    void echo(String prompt, String line) {
        if (!interactive) {
            out.println(prompt + line);
        }
    }

    void print(String text) {
        out.print(text);
        out.flush();
    }

    void println(String line) {
        out.println(line);
    }

    void complain(@Nullable String message) {
        out.flush();
        System.err.println(message);
    }
}
