package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with one partner, as far as it has come. A question of the user that got no answer, since the generation
 * failed, was cancelled, or the process died, stands as the last turn until the user says something else, which then takes
 * its place. So what a model sees is always questions with their answers, and the latest question.
 *
 * <p>Immutable, hence safe for use by any thread.
 *
 * @param id what the session is known by: {@value #MAX_ID_LENGTH} characters at most, not blank. Whoever knows it can go on
 *     with the session, so for the outside world it should be hard to guess, such as a random UUID
 * @param summary what was said before the turns that are still there; null if nothing was summarised
 * @param turns the turns of user and assistant, oldest first; the last {@value #MAX_TURNS}
 * @param withHuman whether a human answers, and not the model
 */
public record ChatSession(String id, @Nullable String summary, List<ChatMessage> turns, boolean withHuman) {
    /** How many turns a session keeps: 1,000. Beyond that it forgets the oldest questions with their answers. */
    public static final int MAX_TURNS = 1_000;

    /** How long an id may be: 200 characters. */
    public static final int MAX_ID_LENGTH = 200;

    /**
     * Checks the id, and keeps the turns from changing.
     *
     * @param id see the record
     * @param summary see the record
     * @param turns see the record
     * @param withHuman see the record
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public ChatSession {
        if (requireNonNull(id, "id").isBlank() || id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException("the session's id is "
                    + (id.isBlank() ? "\"" + id + "\"" : id.length() + " characters long") + ": it must have 1 to "
                    + MAX_ID_LENGTH + " characters, and not only spaces; a random UUID is a good one");
        }
        turns = List.copyOf(turns);
    }

    /**
     * A session in which nothing was said yet.
     *
     * @param id see the record
     * @return the session
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public static ChatSession begin(String id) {
        return new ChatSession(id, null, List.of(), false);
    }

    /**
     * What an event makes of a session. A user's turn begins a session where there is none; anything else that comes for a
     * session that is not there, such as the answer to a question of a session that has been forgotten meanwhile, changes
     * nothing.
     *
     * @param id the session's id
     * @param before the session before the event; null if there is none
     * @param event what happened
     * @return the session after it; null if there is none
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public static @Nullable ChatSession after(String id, @Nullable ChatSession before, ChatEvent event) {
        if (before == null) {
            boolean begins =
                    event instanceof ChatEvent.Begun || (event instanceof ChatEvent.Said said && isUsers(said.turn()));
            return begins ? after(id, begin(id), event) : null;
        }
        if (event instanceof ChatEvent.Said said) {
            return before.withTurn(said.turn());
        }
        if (event instanceof ChatEvent.Summarised summarised) {
            return before.summarised(summarised);
        }
        if (event instanceof ChatEvent.Ended) {
            return null;
        }
        return event instanceof ChatEvent.Begun ? before : before.with(event instanceof ChatEvent.HandedOver);
    }

    private ChatSession with(boolean human) {
        return new ChatSession(id, summary, turns, human);
    }

    private ChatSession withTurn(ChatMessage turn) {
        var more = new ArrayList<>(turns);
        if (isUsers(turn) && !withHuman) {
            while (!more.isEmpty() && isUsers(more.get(more.size() - 1))) {
                more.remove(more.size() - 1);
            }
        }
        more.add(turn);
        return new ChatSession(id, summary, more.size() > MAX_TURNS ? latest(more) : more, withHuman);
    }

    /** Within the limit, from a question on. */
    private static List<ChatMessage> latest(List<ChatMessage> turns) {
        int from = turns.size() - MAX_TURNS;
        while (from < turns.size() - 1 && !isUsers(turns.get(from))) {
            from++;
        }
        return turns.subList(from, turns.size());
    }

    private ChatSession summarised(ChatEvent.Summarised event) {
        return new ChatSession(
                id, event.summary(), turns.subList(Math.min(event.turns(), turns.size()), turns.size()), withHuman);
    }

    static boolean isUsers(ChatMessage turn) {
        return turn.role().equals("user");
    }

    /**
     * What was said last.
     *
     * @return the text of the last turn; empty if nothing was said
     */
    public String lastText() {
        return turns.isEmpty() ? "" : turns.get(turns.size() - 1).content();
    }

    /**
     * Where each exchange begins. An exchange is what the user says before anybody answers, and all that is answered before
     * the user speaks again; what stands before the first question belongs to the first exchange.
     */
    List<Integer> exchangeStarts() {
        var starts = new ArrayList<Integer>();
        for (int turn = 0; turn < turns.size(); turn++) {
            if (isUsers(turns.get(turn)) && (turn == 0 || !isUsers(turns.get(turn - 1)))) {
                starts.add(starts.isEmpty() ? 0 : turn);
            }
        }
        return starts;
    }

    /** The part of it that begins with a turn, without a summary of what was before. */
    ChatSession from(int turn) {
        return new ChatSession(id, null, turns.subList(turn, turns.size()), withHuman);
    }

    /** The part of it before a turn, with the summary of what was before. */
    ChatSession upTo(int turn) {
        return new ChatSession(id, summary, turns.subList(0, turn), withHuman);
    }
}
