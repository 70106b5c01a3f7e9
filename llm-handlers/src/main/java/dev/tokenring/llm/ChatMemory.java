package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How much of a session the model sees when it answers. Start from {@link #ALL}, and derive; the limits hold together. What
 * is left out is whole exchanges (a question with its answer), oldest first; the latest question always stays. The store
 * keeps what the model does not see, unless it is summarised.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class ChatMemory {
    /** Whatever fits the model's context beside the answer. */
    public static final ChatMemory ALL = new ChatMemory(Integer.MAX_VALUE, Integer.MAX_VALUE, null);

    private final int exchanges;
    private final int promptTokens;
    private final @Nullable Summary summary;

    private record Summary(int most, int kept, Function<? super ChatSession, String> summariser) {}

    private ChatMemory(int exchanges, int promptTokens, @Nullable Summary summary) {
        this.exchanges = exchanges;
        this.promptTokens = promptTokens;
        this.summary = summary;
    }

    private static void require(boolean valid, String what, int value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(what + " is " + value + ": it must be " + range);
        }
    }

    /**
     * Derives a memory that holds the latest question and so many exchanges before it.
     *
     * @param exchanges 0 or more
     * @return the derived memory
     * @throws IllegalArgumentException if exchanges is negative
     */
    public ChatMemory withExchanges(int exchanges) {
        require(exchanges >= 0, "exchanges", exchanges, "0 or more");
        return new ChatMemory(exchanges, promptTokens, summary);
    }

    /**
     * Derives a memory that takes so many tokens at most: the whole prompt, with what the chat template adds, the system's
     * turn and the latest question, which if it alone is longer is refused with a {@link PromptTooLongException}.
     *
     * @param promptTokens 1 or more; the model's context is a limit in any case
     * @return the derived memory
     * @throws IllegalArgumentException if promptTokens is less than 1
     */
    public ChatMemory withTokens(int promptTokens) {
        require(promptTokens >= 1, "promptTokens", promptTokens, "1 or more");
        return new ChatMemory(exchanges, promptTokens, summary);
    }

    /**
     * Derives a memory that summarises. When more than {@code most} exchanges stand before the latest question, all but the
     * last {@code kept} of them are given to the summariser, together with the summary before; what it returns takes their
     * place for good, in the store too, and is shown to the model at the end of the system's turn.
     *
     * @param most how many exchanges stand before the latest question at most; 0 or more
     * @param kept how many of them stay when the others are summarised; from 0 to {@code most}
     * @param summariser makes a text of the older part of a session; called before the model answers, on the session's
     *     thread, where it may wait, for example for a service. What it throws fails the request, and nothing is summarised
     * @return the derived memory
     * @throws IllegalArgumentException if a number is out of its range
     */
    public ChatMemory withSummary(int most, int kept, Function<? super ChatSession, String> summariser) {
        require(most >= 0, "most", most, "0 or more");
        require(kept >= 0 && kept <= most, "kept", kept, "from 0 to " + most + ", the most that may stand");
        return new ChatMemory(
                exchanges, promptTokens, new Summary(most, kept, requireNonNull(summariser, "summariser")));
    }

    /** Summarises what there is too much of; null if there is not. */
    ChatEvent.@Nullable Summarised summarise(ChatSession session) {
        List<Integer> starts = session.exchangeStarts();
        if (summary == null || starts.size() - 1 <= summary.most()) {
            return null;
        }
        int turns = starts.get(starts.size() - 1 - summary.kept());
        String text = summary.summariser().apply(session.upTo(turns));
        return new ChatEvent.Summarised(requireNonNull(text, "the summariser returned null"), turns);
    }

    /**
     * What the model is to see, before tokens are counted: one system's turn at most, then turns of the user and the
     * assistant that alternate, for many templates take nothing else. What one side said in several turns is one turn with
     * several lines.
     */
    List<ChatMessage> remembered(ChatSession session, @Nullable String system) {
        var messages = new ArrayList<ChatMessage>();
        String before = session.summary();
        if (system != null || before != null) {
            String both = system == null || before == null ? "" : "\n\n";
            messages.add(ChatMessage.system((system == null ? "" : system) + both + (before == null ? "" : before)));
        }
        List<Integer> starts = session.exchangeStarts();
        int first = starts.isEmpty() ? 0 : starts.get(Math.max(0, starts.size() - 1 - exchanges));
        for (ChatMessage turn : session.turns().subList(first, session.turns().size())) {
            ChatMessage last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
            if (last != null && last.role().equals(turn.role())) {
                messages.set(messages.size() - 1, new ChatMessage(last.role(), last.content() + "\n" + turn.content()));
            } else {
                messages.add(turn);
            }
        }
        return messages;
    }

    /**
     * How many tokens of the context are not for the prompt: the longest answer, but half of the context at most, and what
     * lies beyond this memory's limit.
     */
    int reservedTokens(int contextLength, int answerTokens) {
        int forAnswer = Math.min(answerTokens, contextLength / 2);
        return Math.max(forAnswer, contextLength - promptTokens);
    }

    /** What to throw where a prompt is too long: if it is for this memory, more room for it in the context won't help. */
    PromptTooLongException refused(PromptTooLongException tooLong) {
        return tooLong.limit() < promptTokens
                ? tooLong
                : new PromptTooLongException(
                        "the latest question, with the system's turn, is a prompt of " + tooLong.tokens()
                                + " tokens, and the chat's memory has room for " + promptTokens
                                + ": shorten it, or raise withTokens of the ChatMemory",
                        tooLong.tokens(),
                        tooLong.limit());
    }

    @Override
    public String toString() {
        var limits = new StringJoiner(", ", "ChatMemory[", "]").setEmptyValue("ChatMemory[all]");
        if (exchanges < Integer.MAX_VALUE) {
            limits.add(exchanges + " exchanges");
        }
        if (promptTokens < Integer.MAX_VALUE) {
            limits.add(promptTokens + " tokens");
        }
        if (summary != null) {
            limits.add("summary of all but " + summary.kept() + " beyond " + summary.most());
        }
        return limits.toString();
    }
}
