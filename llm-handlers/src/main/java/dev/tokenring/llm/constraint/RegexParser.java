package dev.tokenring.llm.constraint;

import dev.tokenring.llm.constraint.Expression.Chars;
import dev.tokenring.llm.constraint.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a regular expression: the part of Java's syntax in which a text of finite memory can be told to match.
 *
 * <ul>
 *   <li>characters, and {@code \} before those that mean something; {@code \n \t \r \f \xhh}, {@code \}{@code uhhhh},
 *       <code>&#92;x{h…h}</code>
 *   <li>{@code .} (any character but a line's end), {@code \d \w \s} (of ASCII) and {@code \D \W \S}; {@code \S} and
 *       {@code [^\s]} leave out Unicode's spaces too, about which dialects disagree
 *   <li>{@code [a-z_]} and {@code [^a-z_]}, with the escapes above
 *   <li>{@code ( )} and {@code (?: )}, which are the same; {@code |}; {@code * + ? {n} {n,} {n,m}}
 *   <li>{@code ^} at the beginning and {@code $} at the end, which change nothing, for the whole text must match
 * </ul>
 */
final class RegexParser {
    private static final int DEEPEST = 100;
    private static final int MOST_REPEATED = 10_000;
    private static final CodePoints DIGITS = CodePoints.range('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.range('a', 'z')).or(CodePoints.range('A', 'Z')).or(CodePoints.of('_'));
    private static final CodePoints SPACE = CodePoints.anyOf(" \t\n\u000b\f\r");
    private static final CodePoints EVERY_SPACE = SPACE.or(CodePoints.anyOf("\u0085\u00a0\u1680\u2028\u2029\u202f"))
            .or(CodePoints.anyOf("\u205f\u3000\ufeff"))
            .or(CodePoints.range(0x2000, 0x200a));
    private static final CodePoints LINE_ENDS = CodePoints.anyOf("\n\r\u0085\u2028\u2029");

    private final int[] pattern;
    private int at;
    private int depth;

    private RegexParser(String regex) {
        pattern = regex.codePoints().toArray();
    }

    /** A regular expression for the whole of a text. */
    static Expression parse(String regex) {
        return new RegexParser(regex).whole(false);
    }

    /** A regular expression for some part of a text, as JSON schemas have it: {@code ^} and {@code $} tie it to the ends. */
    static Expression parseUnanchored(String regex) {
        return new RegexParser(regex).whole(true);
    }

    private Expression whole(boolean within) {
        boolean fromStart = accept('^');
        List<Expression> alternatives = alternatives();
        Expression body = choice(alternatives);
        boolean toEnd = accept('$');
        if (at < pattern.length) {
            throw toEnd
                    ? errorAt(at - 1, "$ stands before the end", "write \\$ for a dollar, or leave it out")
                    : error("there is no ( for this )", "leave it out, or write \\)");
        }
        if ((fromStart || toEnd) && alternatives.size() > 1) {
            throw error("^ or $ belongs to one alternative only", "put the alternatives into a group: ^(?:a|b)$");
        }
        Expression anything = Expression.anyNumberOf(new Chars(CodePoints.ALL));
        return within
                ? Expression.sequence(
                        fromStart ? Expression.EMPTY : anything, body, toEnd ? Expression.EMPTY : anything)
                : body;
    }

    private List<Expression> alternatives() {
        var alternatives = new ArrayList<Expression>();
        do {
            alternatives.add(sequence());
        } while (accept('|'));
        return alternatives;
    }

    private static Expression choice(List<Expression> alternatives) {
        return alternatives.size() == 1 ? alternatives.get(0) : new Expression.Choice(alternatives);
    }

    private Expression sequence() {
        var parts = new ArrayList<Expression>();
        while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')' && pattern[at] != '$') {
            parts.add(quantified(atom()));
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Sequence(parts);
    }

    private Expression quantified(Expression what) {
        if (at == pattern.length) {
            return what;
        }
        Expression repeated;
        switch (pattern[at]) {
            case '*' -> repeated = new Repeat(what, Expression.EMPTY, 0, Repeat.UNLIMITED);
            case '+' -> repeated = new Repeat(what, Expression.EMPTY, 1, Repeat.UNLIMITED);
            case '?' -> repeated = Expression.optional(what);
            case '{' -> {
                repeated = counted(what);
                at--;
            }
            default -> {
                return what;
            }
        }
        at++;
        if (at < pattern.length && "*+?{".indexOf(pattern[at]) >= 0) {
            throw error(
                    "a second quantifier follows the first",
                    "leave it out, for only whole texts count; or put what is repeated into a group");
        }
        return repeated;
    }

    private Expression counted(Expression what) {
        int begin = at++;
        int least = number(begin);
        int most = least;
        if (accept(',')) {
            most = at < pattern.length && pattern[at] == '}' ? Repeat.UNLIMITED : number(begin);
        }
        if (!accept('}')) {
            throw errorAt(begin, "{ does not begin {n}, {n,} or {n,m}", "write \\{ for a brace");
        }
        if (most != Repeat.UNLIMITED && most < least) {
            throw errorAt(begin, "the first number is greater than the second", "swap them");
        }
        return new Repeat(what, Expression.EMPTY, least, most);
    }

    private int number(int begin) {
        int first = at;
        int number = 0;
        while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9') {
            number = number * 10 + pattern[at++] - '0';
            if (number > MOST_REPEATED) {
                throw errorAt(begin, "it repeats more than " + MOST_REPEATED + " times", "lower the number");
            }
        }
        if (at == first) {
            throw errorAt(begin, "{ does not begin {n}, {n,} or {n,m}", "write \\{ for a brace");
        }
        return number;
    }

    private Expression atom() {
        int character = pattern[at];
        return switch (character) {
            case '(' -> group();
            case '[' -> new Chars(characterClass());
            case '\\' -> new Chars(escape());
            case '.' -> {
                at++;
                yield new Chars(LINE_ENDS.not());
            }
            case '*', '+', '?', '{' ->
                throw error(
                        "the quantifier " + Character.toString(character) + " has nothing to repeat",
                        "write \\" + Character.toString(character) + " for the character");
            case '^' -> throw error("^ stands behind the beginning", "write \\^ for the character, or leave it out");
            default -> {
                at++;
                yield new Chars(literal(character));
            }
        };
    }

    private CodePoints literal(int character) {
        CodePoints set = CodePoints.of(character);
        if (set.isEmpty()) {
            throw errorAt(at - 1, "half of a surrogate pair is no character", "write both halves, or \\x{h…h}");
        }
        return set;
    }

    private Expression group() {
        int begin = at++;
        if (accept('?') && !accept(':')) {
            throw errorAt(
                    begin,
                    "groups that look around, have names or set flags are not supported",
                    "use ( ) or (?: ), and write out what is meant");
        }
        if (++depth > DEEPEST) {
            throw errorAt(begin, "groups lie more than " + DEEPEST + " deep", "write it with fewer");
        }
        Expression inner = choice(alternatives());
        depth--;
        if (at < pattern.length && pattern[at] == '$') {
            throw error("$ stands before the end", "write \\$ for a dollar, or leave it out");
        }
        if (!accept(')')) {
            throw errorAt(begin, "there is no ) for this (", "close the group, or write \\(");
        }
        return inner;
    }

    private CodePoints characterClass() {
        int begin = at++;
        boolean negated = accept('^');
        CodePoints set = CodePoints.NONE;
        int first = at;
        while (at < pattern.length && (pattern[at] != ']' || at == first)) {
            if (pattern[at] == ']') {
                throw error("the class is empty, or ] is meant as a character", "write \\] for the character");
            }
            set = set.or(classItem(negated));
        }
        if (!accept(']')) {
            throw errorAt(begin, "there is no ] for this [", "close the class, or write \\[");
        }
        set = negated ? set.not() : set;
        if (set.isEmpty()) {
            throw errorAt(begin, "the class allows no character", "name at least one");
        }
        return set;
    }

    private CodePoints classItem(boolean negated) {
        int begin = at;
        CodePoints low = classCharacter(negated);
        if (at + 1 >= pattern.length || pattern[at] != '-' || pattern[at + 1] == ']') {
            return low;
        }
        at++;
        CodePoints high = classCharacter(negated);
        if (single(low) < 0 || single(high) < 0) {
            throw errorAt(begin, "a range needs a character on both sides", "write \\- for a hyphen");
        }
        if (single(low) > single(high)) {
            throw errorAt(begin, "the range runs backwards", "swap its ends");
        }
        return CodePoints.range(single(low), single(high));
    }

    private CodePoints classCharacter(boolean negated) {
        int character = pattern[at];
        if (character == '\\') {
            CodePoints set = escape();
            return negated && set == SPACE ? EVERY_SPACE : set;
        }
        if (character == '[' || (character == '&' && at + 1 < pattern.length && pattern[at + 1] == '&')) {
            throw error(
                    "classes within classes, and their intersection, are not supported",
                    "write \\[ or \\& for the character");
        }
        at++;
        return literal(character);
    }

    /** The one character of a set, or -1 if there are more. */
    private static int single(CodePoints set) {
        CodePoints.Range first = set.ranges().get(0);
        return set.ranges().size() == 1 && first.first() == first.last() ? first.first() : -1;
    }

    private CodePoints escape() {
        int begin = at++;
        if (at == pattern.length) {
            throw errorAt(begin, "nothing follows the \\", "write \\\\ for the character");
        }
        int character = pattern[at++];
        return switch (character) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> SPACE;
            case 'S' -> EVERY_SPACE.not();
            case 'n' -> CodePoints.of('\n');
            case 't' -> CodePoints.of('\t');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'x' -> accept('{') ? hexadecimal(begin, 1, 6, true) : hexadecimal(begin, 2, 2, false);
            case 'u' -> hexadecimal(begin, 4, 4, false);
            default -> {
                if (character < 0x80 && Character.isLetterOrDigit(character)) {
                    throw errorAt(
                            begin,
                            "\\" + Character.toString(character) + " is not supported",
                            "use \\d \\w \\s \\D \\W \\S \\n \\t \\r \\f \\xhh \\uhhhh or a class [ ]; there are no"
                                    + " back-references, boundaries and Unicode properties");
                }
                yield literal(character);
            }
        };
    }

    private CodePoints hexadecimal(int begin, int fewest, int most, boolean braced) {
        int value = 0;
        int digits = 0;
        while (digits < most && at < pattern.length && Character.digit(pattern[at], 16) >= 0) {
            value = value * 16 + Character.digit(pattern[at++], 16);
            digits++;
        }
        if (digits < fewest
                || (braced && !accept('}'))
                || CodePoints.range(value, value).isEmpty()) {
            throw errorAt(
                    begin,
                    "the escape does not name a character",
                    "write \\xhh, \\uhhhh or \\x{h…h} up to 10ffff, and no surrogate");
        }
        return CodePoints.of(value);
    }

    private boolean accept(int character) {
        if (at < pattern.length && pattern[at] == character) {
            at++;
            return true;
        }
        return false;
    }

    private IllegalArgumentException error(String what, String remedy) {
        return errorAt(at, what, remedy);
    }

    private IllegalArgumentException errorAt(int index, String what, String remedy) {
        String read = new String(pattern, 0, pattern.length);
        return new IllegalArgumentException("the regular expression " + read + " is refused at character " + (index + 1)
                + ": " + what + "; " + remedy);
    }
}
