package dev.tokenring.llm.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Turns tokens into text as they come, and lets out only what is sure: whole characters, and nothing that may be the
 * beginning of a stop string.
 *
 * <p>With a byte-level vocabulary a character may take several tokens, and what a token reads as may depend on the one
 * before it. So each step decodes a short window twice, without and with the new tokens, and takes the difference; a
 * difference that ends in U+FFFD is a character still incomplete, and waits. For one thread.
 */
final class TextAssembler {
    private static final char INCOMPLETE = '\uFFFD';

    /** Enough to hold a character, which may take four tokens. */
    private static final int LOOK_BACK = 5;

    private final Function<List<Integer>, String> decode;
    private final List<String> stopStrings;
    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder held = new StringBuilder();
    private int windowStart;
    private int windowRead;
    private boolean stopped;

    TextAssembler(Function<List<Integer>, String> decode, List<String> stopStrings) {
        this.decode = decode;
        this.stopStrings = stopStrings;
    }

    /**
     * Lets the text go on from a prompt, whose own text is not given out: the first token's may depend on it. A vocabulary of
     * words reads {@code ▁the} as "the" at the beginning of a text and as " the" within one.
     */
    TextAssembler after(int[] prompt) {
        for (int i = Math.max(0, prompt.length - LOOK_BACK); i < prompt.length; i++) {
            ids.add(prompt[i]);
        }
        windowRead = ids.size();
        return this;
    }

    /** Takes the next token and gives the text that is sure now, which may be none. */
    String add(int id) {
        ids.add(id);
        String text = unread();
        if (text.isEmpty() || text.charAt(text.length() - 1) == INCOMPLETE) {
            return "";
        }
        windowStart = windowRead;
        windowRead = ids.size();
        held.append(text);
        return release();
    }

    private String unread() {
        String read = decode.apply(ids.subList(windowStart, windowRead));
        String all = decode.apply(ids.subList(windowStart, ids.size()));
        return all.length() > read.length() ? all.substring(read.length()) : "";
    }

    private String release() {
        int stop = firstStop();
        if (stop >= 0) {
            stopped = true;
            held.setLength(stop);
            return takeAll();
        }
        int sure = held.length() - longestStopPrefixAtEnd();
        String text = held.substring(0, sure);
        held.delete(0, sure);
        return text;
    }

    private int firstStop() {
        int first = -1;
        for (String stopString : stopStrings) {
            int at = held.indexOf(stopString);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    private int longestStopPrefixAtEnd() {
        int longest = 0;
        for (String stopString : stopStrings) {
            for (int length = Math.min(stopString.length() - 1, held.length()); length > longest; length--) {
                if (stopString.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    /** Whether a stop string was completed. */
    boolean isStopped() {
        return stopped;
    }

    /** Gives the text that was held back, now that no more tokens come. */
    String finish() {
        if (stopped) {
            return "";
        }
        held.append(unread());
        windowRead = ids.size();
        return release() + takeAll();
    }

    private String takeAll() {
        String text = held.toString();
        held.setLength(0);
        return text;
    }
}
