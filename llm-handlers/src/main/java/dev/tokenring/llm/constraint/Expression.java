package dev.tokenring.llm.constraint;

import java.util.Arrays;
import java.util.List;

/** A set of texts, as it is written down: what regular expressions and schemas have in common. Immutable. */
sealed interface Expression {
    /** The empty text only. */
    Expression EMPTY = new Sequence(List.of());

    /** One character of a set. */
    record Chars(CodePoints set) implements Expression {}

    /** One after the other. */
    record Sequence(List<Expression> parts) implements Expression {}

    /** Any one of them. */
    record Choice(List<Expression> alternatives) implements Expression {}

    /**
     * The same again and again, with a separator between each two.
     *
     * @param most {@link #UNLIMITED}, or at least {@code least}
     */
    record Repeat(Expression what, Expression separator, int least, int most) implements Expression {
        static final int UNLIMITED = -1;
    }

    /** Some in their order: those that must be there, and any of the others, with a separator between each two. */
    record Members(List<Member> members, Expression separator) implements Expression {}

    /** One of several. */
    record Member(Expression what, boolean required) {}

    /** What a rule of the grammar describes: in this way a description can contain itself. */
    record Call(String rule) implements Expression {}

    static Expression text(String text) {
        return new Sequence(text.codePoints()
                .mapToObj(codePoint -> (Expression) new Chars(CodePoints.of(codePoint)))
                .toList());
    }

    static Expression sequence(Expression... parts) {
        return new Sequence(List.of(parts));
    }

    static Expression choice(Expression... alternatives) {
        return new Choice(Arrays.asList(alternatives));
    }

    static Expression optional(Expression what) {
        return new Repeat(what, EMPTY, 0, 1);
    }

    static Expression anyNumberOf(Expression what) {
        return new Repeat(what, EMPTY, 0, Repeat.UNLIMITED);
    }
}
