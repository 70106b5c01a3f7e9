package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

/**
 * One turn of a conversation.
 *
 * @param role who speaks; the names that chat templates know are {@code system}, {@code user} and {@code assistant}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {
    /**
     * Checks that both parts are there.
     *
     * @param role see the record
     * @param content see the record
     */
    public ChatMessage {
        requireNonNull(role, "role");
        requireNonNull(content, "content");
    }

    /**
     * A turn of whoever set the model up: what it is and how it is to behave.
     *
     * @param content the instructions
     * @return the turn
     */
    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    /**
     * A turn of the user.
     *
     * @param content what the user says
     * @return the turn
     */
    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /**
     * A turn of the model, or of a human in its place.
     *
     * @param content what was said
     * @return the turn
     */
    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }
}
