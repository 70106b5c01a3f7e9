package dev.tokenring.llm.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenring.llm.constraint.Expression.Chars;
import dev.tokenring.llm.constraint.Expression.Member;
import dev.tokenring.llm.constraint.Expression.Members;
import dev.tokenring.llm.constraint.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How values are written as JSON: on one line, with a space or none behind a comma and a colon, and each character of a
 * string in one way only: as itself, or escaped where it must be. Numbers have so few digits that every reader takes them.
 */
final class JsonText {
    private static final String SHORT_ESCAPED = "\"\\\b\f\n\r\t";
    private static final String SHORT_ESCAPES = "\"\\bfnrt";
    private static final CodePoints ESCAPED = CodePoints.range(0, 0x1f).or(CodePoints.anyOf("\"\\"));

    static final Expression ANY = new Expression.Call("any value");
    static final Expression COMMA =
            Expression.sequence(Expression.text(","), Expression.optional(Expression.text(" ")));
    static final Expression COLON =
            Expression.sequence(Expression.text(":"), Expression.optional(Expression.text(" ")));
    static final Expression STRING = string(Expression.anyNumberOf(new Chars(CodePoints.ALL)));
    static final Expression INTEGER = RegexParser.parse("-?(?:0|[1-9][0-9]{0,14})");
    static final Expression NUMBER =
            RegexParser.parse("-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?");
    static final Expression BOOLEAN = Expression.choice(Expression.text("true"), Expression.text("false"));
    static final Expression NULL = Expression.text("null");
    static final Expression ANY_ARRAY = array(ANY, 0, Repeat.UNLIMITED);
    static final Expression ANY_OBJECT = Expression.sequence(
            Expression.text("{"),
            new Repeat(Expression.sequence(STRING, COLON, ANY), COMMA, 0, Repeat.UNLIMITED),
            Expression.text("}"));

    /** The rules that {@link #ANY} and its like need. */
    static final Map<String, Expression> RULES =
            Map.of("any value", Expression.choice(STRING, NUMBER, BOOLEAN, NULL, ANY_ARRAY, ANY_OBJECT));

    private JsonText() {}

    static Expression array(Expression item, int least, int most) {
        return Expression.sequence(Expression.text("["), new Repeat(item, COMMA, least, most), Expression.text("]"));
    }

    static Expression object(List<Member> members) {
        return Expression.sequence(Expression.text("{"), new Members(members, COMMA), Expression.text("}"));
    }

    static Member member(String name, Expression value, boolean required) {
        return new Member(Expression.sequence(string(Expression.text(name)), COLON, value), required);
    }

    /** A string whose characters are as an expression says. */
    static Expression string(Expression content) {
        return Expression.sequence(Expression.text("\""), escape(content), Expression.text("\""));
    }

    /** One value and no other. */
    static Expression literal(JsonNode value) {
        if (value.isObject()) {
            var members = new ArrayList<Member>();
            value.properties().forEach(field -> members.add(member(field.getKey(), literal(field.getValue()), true)));
            return object(members);
        }
        if (value.isArray()) {
            var parts = new ArrayList<Member>();
            value.forEach(item -> parts.add(new Member(literal(item), true)));
            return Expression.sequence(Expression.text("["), new Members(parts, COMMA), Expression.text("]"));
        }
        return value.isTextual() ? string(Expression.text(value.textValue())) : Expression.text(value.toString());
    }

    private static Expression escape(Expression content) {
        if (content instanceof Chars chars) {
            return escape(chars.set());
        } else if (content instanceof Expression.Sequence sequence) {
            return new Expression.Sequence(
                    sequence.parts().stream().map(JsonText::escape).toList());
        } else if (content instanceof Expression.Choice choice) {
            return new Expression.Choice(
                    choice.alternatives().stream().map(JsonText::escape).toList());
        } else if (content instanceof Repeat repeat) {
            return new Repeat(escape(repeat.what()), escape(repeat.separator()), repeat.least(), repeat.most());
        }
        throw new IllegalArgumentException("not the content of a string: " + content);
    }

    private static Expression escape(CodePoints set) {
        if (set.and(ESCAPED).isEmpty()) {
            return new Chars(set);
        }
        var ways = new ArrayList<Expression>();
        CodePoints plain = set.minus(ESCAPED);
        if (!plain.isEmpty()) {
            ways.add(new Chars(plain));
        }
        CodePoints shortEscapes = CodePoints.NONE;
        CodePoints rest = set.and(ESCAPED);
        for (int i = 0; i < SHORT_ESCAPED.length(); i++) {
            CodePoints escaped = CodePoints.of(SHORT_ESCAPED.charAt(i));
            if (!set.and(escaped).isEmpty()) {
                shortEscapes = shortEscapes.or(CodePoints.of(SHORT_ESCAPES.charAt(i)));
                rest = rest.minus(escaped);
            }
        }
        if (!shortEscapes.isEmpty()) {
            ways.add(Expression.sequence(Expression.text("\\"), new Chars(shortEscapes)));
        }
        for (int sixteen = 0; sixteen <= 0x10; sixteen += 0x10) {
            CodePoints digits = CodePoints.NONE;
            for (int last = 0; last < 16; last++) {
                if (rest.contains(sixteen + last)) {
                    digits = digits.or(CodePoints.of(Character.forDigit(last, 16)));
                }
            }
            if (!digits.isEmpty()) {
                ways.add(Expression.sequence(Expression.text("\\u00" + (sixteen == 0 ? "0" : "1")), new Chars(digits)));
            }
        }
        return ways.size() == 1 ? ways.get(0) : new Expression.Choice(ways);
    }
}
