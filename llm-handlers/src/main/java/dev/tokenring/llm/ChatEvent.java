package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

/**
 * What can happen to a session of a chat. A session is what its events have made of it, one after the other
 * ({@link ChatSession#after}), so a store that keeps the events has the sessions.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public sealed interface ChatEvent {
    /** The session began, with nothing said yet. Where there is a session of this id already, it stays as it is. */
    record Begun() implements ChatEvent {}

    /**
     * Somebody had a turn.
     *
     * @param turn who, and what they said; {@code user} or {@code assistant}
     */
    record Said(ChatMessage turn) implements ChatEvent {
        /**
         * Checks that there is a turn.
         *
         * @param turn see the record
         */
        public Said {
            requireNonNull(turn, "turn");
        }
    }

    /**
     * The oldest turns were replaced by a summary, and so was the summary before it.
     *
     * @param summary what was said
     * @param turns how many turns it stands for, from the oldest on; 1 or more
     */
    record Summarised(String summary, int turns) implements ChatEvent {
        /**
         * Checks the values.
         *
         * @param summary see the record
         * @param turns see the record
         * @throws IllegalArgumentException if turns is less than 1
         */
        public Summarised {
            requireNonNull(summary, "summary");
            if (turns < 1) {
                throw new IllegalArgumentException("turns is " + turns + ": a summary stands for 1 turn or more");
            }
        }
    }

    /** A human answers from now on. */
    record HandedOver() implements ChatEvent {}

    /** The model answers again. */
    record HandedBack() implements ChatEvent {}

    /** The session is over, and forgotten. */
    record Ended() implements ChatEvent {}
}
