package dev.tokenring.examples.bringyourmodel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * How well a model knows a text, document by document. The first token of a document is not scored, since nothing stands
 * before it; where the tokenizer begins a text with a token of its own, that is the first. Each other token is scored once: a
 * document longer than the context in windows that overlap by half of the context, where a window scores the tokens that the
 * one before it has not. For one thread.
 *
 * <pre>
 *   context 8, document of 14 tokens, s for scored:
 *
 *   window 1   . s s s s s s s
 *   window 2           . . . . s s s s
 *   window 3                   . . . . s s
 * </pre>
 */
final class Perplexity {
    /** A part of a document that the model sees at once, and the first token in it that it scores. */
    record Window(int begin, int end, int firstScored) {}

    private final int contextLength;
    private final Function<String, int[]> tokenize;
    private final Function<Integer, String> textOf;
    private final Function<int[], double[]> score;
    private int documents;
    private long tokens;
    private long bytes;
    private double nats;

    /**
     * Begins with nothing scored.
     *
     * @param contextLength how many tokens the model sees at once; 2 or more
     * @param tokenize gives the token ids of a text
     * @param textOf gives the text of one token, empty for a special one
     * @param score gives the logarithms of the probabilities of all tokens but the first
     */
    Perplexity(
            int contextLength,
            Function<String, int[]> tokenize,
            Function<Integer, String> textOf,
            Function<int[], double[]> score) {
        this.contextLength = contextLength;
        this.tokenize = tokenize;
        this.textOf = textOf;
        this.score = score;
    }

    static List<Window> windows(int tokens, int contextLength) {
        var windows = new ArrayList<Window>();
        int overlap = contextLength / 2;
        int end = Math.min(tokens, contextLength);
        windows.add(new Window(0, end, 1));
        while (end < tokens) {
            int begin = end - overlap;
            int next = Math.min(tokens, begin + contextLength);
            windows.add(new Window(begin, next, end));
            end = next;
        }
        return windows;
    }

    /** Scores all documents of a text; a line without anything but white space stands between two. */
    void addAll(BufferedReader text) throws IOException {
        var document = new StringBuilder();
        for (String line = text.readLine(); line != null; line = text.readLine()) {
            if (line.isBlank()) {
                add(document.toString());
                document.setLength(0);
            } else {
                document.append(document.isEmpty() ? "" : "\n").append(line);
            }
        }
        add(document.toString());
    }

    private void add(String document) {
        if (document.isEmpty()) {
            return;
        }
        int[] ids = tokenize.apply(document);
        documents++;
        for (Window window : windows(ids.length, contextLength)) {
            if (window.firstScored() < window.end()) {
                double[] scores = score.apply(Arrays.copyOfRange(ids, window.begin(), window.end()));
                for (int token = window.firstScored(); token < window.end(); token++) {
                    nats -= scores[token - window.begin() - 1];
                }
                tokens += window.end() - window.firstScored();
            }
        }
        bytes += sizeBytes(document) - unscoredBytes(document, ids);
    }

    /** A first token that is text stands for bytes that are not scored; a special one stands for none. */
    private long unscoredBytes(String document, int[] ids) {
        String first = ids.length == 0 ? "" : textOf.apply(ids[0]);
        return document.startsWith(first) ? sizeBytes(first) : 0;
    }

    private static long sizeBytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    long tokens() {
        return tokens;
    }

    double natsPerToken() {
        return nats / tokens;
    }

    double bitsPerByte() {
        return nats / Math.log(2) / bytes;
    }

    String table() {
        return String.format(Locale.ROOT, """
                documents                     %8d
                tokens scored                 %8d
                bytes scored                  %8d
                nats per token                %8.4f
                bits per byte                 %8.4f
                """, documents, tokens, bytes, natsPerToken(), bitsPerByte());
    }
}
