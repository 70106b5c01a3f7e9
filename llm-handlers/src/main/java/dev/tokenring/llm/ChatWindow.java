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
     * @param context how many tokens there may be with the answer
     * @param answerTokens how many of them are kept for it
     * @throws PromptTooLongException if what always stays is too long
     */
    int[] fit(int context, int answerTokens) {
        int limit = context - answerTokens;
        int[] all = prompt(0);
        if (all.length <= limit) {
            return all;
        }
        int[] best = prompt(starts.size() - 1);
        if (best.length > limit) {
            throw tooLong(best.length, context, answerTokens);
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
        return prompt(turns.subList(starts.get(start), turns.size()));
    }

    private int[] prompt(List<ChatMessage> latest) {
        var kept = new ArrayList<>(system);
        kept.addAll(latest);
        return encode.apply(kept);
    }

    private PromptTooLongException tooLong(int length, int context, int answerTokens) {
        int limit = context - answerTokens;
        boolean bySystem = !system.isEmpty() && lengthWithoutLatest() > limit;
        String what = bySystem
                ? "the system's turn alone is too long: with the latest turn, the prompt is "
                : system.isEmpty()
                        ? "the latest turn alone is too long: the prompt is "
                        : "the latest turn is too long: with the system's, the prompt is ";
        return new PromptTooLongException(
                what + length + " tokens long, and there is room for " + limit + ", for of the context of " + context
                        + ", " + answerTokens + " are kept for the answer; shorten "
                        + (bySystem ? "the system's turn" : "it")
                        + ", keep less room for the answer, or take a model with a longer context",
                length,
                limit);
    }

    /** With a latest turn that is next to nothing, for some templates refuse a conversation without one. */
    private int lengthWithoutLatest() {
        ChatMessage latest = turns.get(turns.size() - 1);
        return prompt(List.of(new ChatMessage(latest.role(), "."))).length;
    }
}
