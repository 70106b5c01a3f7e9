package dev.tokenring.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The latest part of a conversation that fits a token limit: whole exchanges are left out, oldest first, so that what
 * remains begins with a user's turn. A system's turns at the beginning and the latest turn always stay.
 */
final class ChatWindow {
    private final List<ChatMessage> system;
    private final List<ChatMessage> turns;
    private final List<Integer> starts;
    private final Function<List<ChatMessage>, int[]> encode;

    /**
     * Makes a window.
     *
     * @param messages the conversation, oldest first; at least one
     * @param encode makes token ids of a conversation; more turns make more tokens
     */
    ChatWindow(List<ChatMessage> messages, Function<List<ChatMessage>, int[]> encode) {
        int first = 0;
        while (first < messages.size() - 1 && messages.get(first).role().equals("system")) {
            first++;
        }
        this.system = messages.subList(0, first);
        this.turns = messages.subList(first, messages.size());
        this.starts = possibleStarts(turns);
        this.encode = encode;
    }

    private static List<Integer> possibleStarts(List<ChatMessage> turns) {
        var starts = new ArrayList<Integer>();
        for (int turn = 0; turn < turns.size(); turn++) {
            boolean user = turns.get(turn).role().equals("user");
            if (turn == 0 || user || turn == turns.size() - 1) {
                starts.add(turn);
            }
        }
        return starts;
    }

    /**
     * The token ids of the longest part that fits.
     *
     * @throws PromptTooLongException if what always stays is too long
     */
    int[] fit(int limit) {
        int[] all = prompt(0);
        if (all.length <= limit) {
            return all;
        }
        int[] best = prompt(starts.size() - 1);
        if (best.length > limit) {
            throw new PromptTooLongException(best.length, limit);
        }
        int tooEarly = 0;
        int fits = starts.size() - 1;
        while (fits - tooEarly > 1) {
            int middle = (fits + tooEarly) >>> 1;
            int[] candidate = prompt(middle);
            if (candidate.length <= limit) {
                best = candidate;
                fits = middle;
            } else {
                tooEarly = middle;
            }
        }
        return best;
    }

    private int[] prompt(int start) {
        var kept = new ArrayList<>(system);
        kept.addAll(turns.subList(starts.get(start), turns.size()));
        return encode.apply(kept);
    }
}
