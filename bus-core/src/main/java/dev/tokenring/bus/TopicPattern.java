package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stands for all topics of one type whose names have a certain form, those included that are created later. Names are
 * matched part by part, with the wildcards of NATS: {@code *} stands for any one part, and {@code >}, as the last part,
 * for one or more.
 *
 * <table>
 * <caption>What a pattern stands for</caption>
 * <tr><th>pattern</th><th>such as</th><th>but not</th></tr>
 * <tr><td>{@code llm.*.requests}</td><td>{@code llm.chat.requests}</td><td>{@code llm.chat.big.requests}</td></tr>
 * <tr><td>{@code llm.>}</td><td>{@code llm.chat}, {@code llm.chat.requests}</td><td>{@code llm}</td></tr>
 * <tr><td>{@code llm.chat}</td><td>{@code llm.chat}</td><td>{@code llm.chats}</td></tr>
 * </table>
 *
 * <p>Immutable, hence safe for use by any thread.
 *
 * @param <T> the type of the messages, or a supertype of it
 */
public final class TopicPattern<T> {
    private static final String ONE = "*";
    private static final String REST = ">";

    private final String pattern;
    private final Class<T> type;

    /** The parts that stand for one part each, in their order: all but a {@code >}. */
    private final String[] parts;

    /** Whether the pattern ends with a {@code >}. */
    private final boolean open;

    private TopicPattern(String pattern, Class<T> type, String[] parts, boolean open) {
        this.pattern = pattern;
        this.type = type;
        this.parts = parts;
        this.open = open;
    }

    /**
     * Describes topics by their names and their type.
     *
     * @param <T> the type of the messages
     * @param pattern parts separated by dots: each is {@code *}, or made of letters, digits, {@code _} and {@code -}; the
     *     last one may be {@code >}
     * @param type the type of the messages; a topic of a subtype matches too
     * @return the pattern
     * @throws IllegalArgumentException if the pattern is not of that form
     */
    public static <T> TopicPattern<T> of(String pattern, Class<T> type) {
        requireNonNull(type, "type");
        String[] parts = pattern.split("\\.", -1);
        int last = parts.length - 1;
        boolean open = parts[last].equals(REST);
        for (int i = 0; i <= last; i++) {
            boolean rest = open && i == last;
            if (!rest && !parts[i].equals(ONE)) {
                checkLiteral(pattern, parts[i]);
            }
        }
        return new TopicPattern<>(pattern, type, open ? Arrays.copyOf(parts, last) : parts, open);
    }

    private static void checkLiteral(String pattern, String part) {
        String start = "topic pattern is \"" + pattern + "\": ";
        if (part.isEmpty()) {
            throw new IllegalArgumentException(
                    start + "a part is empty; put * for any one part, such as llm.*.requests");
        }
        if (part.equals(REST)) {
            throw new IllegalArgumentException(start
                    + "'>' stands for the rest of a name and must be the last part, such as llm.>; put * for one part");
        }
        if (part.contains(ONE) || part.contains(REST)) {
            throw new IllegalArgumentException(
                    start + "a wildcard stands for whole parts, so \"" + part + "\" must be *, or > at the end");
        }
        if (!Names.isPart(part)) {
            throw new IllegalArgumentException(start + "\"" + part
                    + "\" can't be part of a name; use letters, digits, '_' and '-', or * for any one part");
        }
    }

    /**
     * Whether a name is of this form. Allocates nothing.
     *
     * @param topicName the name of a topic
     * @return true if it matches
     */
    public boolean matches(String topicName) {
        int start = 0;
        for (String part : parts) {
            if (start > topicName.length()) {
                return false;
            }
            int end = endOfPart(topicName, start);
            if (!matches(part, topicName, start, end)) {
                return false;
            }
            start = end + 1;
        }
        boolean more = start <= topicName.length();
        return more == open;
    }

    private static int endOfPart(String name, int start) {
        int dot = name.indexOf('.', start);
        return dot < 0 ? name.length() : dot;
    }

    private static boolean matches(String part, String name, int start, int end) {
        return part.equals(ONE) || (part.length() == end - start && name.startsWith(part, start));
    }

    /**
     * Whether this pattern stands for a topic: whether the topic's name is of this form, and its messages are of this
     * pattern's type. Allocates nothing.
     *
     * @param topic the topic
     * @return true if it matches
     */
    public boolean matches(Topic<?> topic) {
        return type.isAssignableFrom(topic.type()) && matches(topic.name());
    }

    /**
     * The form of the names.
     *
     * @return the text given when the pattern was made
     */
    public String pattern() {
        return pattern;
    }

    /**
     * The type of the messages.
     *
     * @return the class given when the pattern was made
     */
    public Class<T> type() {
        return type;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TopicPattern<?> that && pattern.equals(that.pattern) && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return pattern.hashCode();
    }

    @Override
    public String toString() {
        return "TopicPattern[" + pattern + ", " + type.getName() + "]";
    }
}
