package dev.tokenring.llm.model;

import dev.tokenring.llm.model.JinjaDialect.UnsupportedTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts a template for Jinja into text, expressions and tags, and the latter two into tokens. */
final class JinjaScanner {
    private static final Pattern OPENING = Pattern.compile("\\{[{%#]");
    private static final Pattern RAW =
            Pattern.compile("\\{%[-+]?\\s*raw\\s*[-+]?%}.*?\\{%[-+]?\\s*endraw\\s*[-+]?%}", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("""
            '(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"|\\d+(?:\\.\\d+)?|\\w+|==|!=|<=|>=|//|\\*\\*|[-+*/%~|.,:()\\[\\]{}<>=]""", Pattern.DOTALL);

    private final String template;
    private int at;

    JinjaScanner(String template) {
        this.template = template;
    }

    enum Kind {
        TEXT,
        COMMENT,
        EXPRESSION,
        TAG
    }

    /**
     * A part of a template.
     *
     * @param before the opening of an expression, a tag or a comment; all of a text or what is raw
     * @param tokens what stands in an expression or a tag
     * @param after the closing
     */
    record Part(Kind kind, String before, List<String> tokens, String after) {
        /** An expression that prints nothing, and takes away the same spaces. */
        String asNothing() {
            return "{{" + before.substring(2) + " '' " + after.substring(0, after.length() - 2) + "}}";
        }

        /** Whether the line's end behind it goes with it. */
        boolean endsLine() {
            return after.length() == 2;
        }
    }

    /** Passes over a line's end, if one comes next. */
    void skipLineEnd() {
        if (template.startsWith("\n", at)) {
            at++;
        }
    }

    /** The line that was reached, from 1. */
    int line() {
        return 1
                + (int) template.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    /** The next part, or null at the end. */
    @Nullable Part next() throws UnsupportedTemplate {
        if (at == template.length()) {
            return null;
        }
        Matcher opening = OPENING.matcher(template);
        if (!opening.find(at)) {
            return text(template.length());
        }
        if (opening.start() > at) {
            return text(opening.start());
        }
        Matcher raw = RAW.matcher(template).region(at, template.length());
        if (raw.lookingAt()) {
            return text(raw.end());
        }
        return switch (opening.group()) {
            case "{#" -> comment();
            case "{{" -> code(Kind.EXPRESSION, "}}");
            default -> code(Kind.TAG, "%}");
        };
    }

    private Part text(int end) {
        var part = new Part(Kind.TEXT, template.substring(at, end), List.of(), "");
        at = end;
        return part;
    }

    private Part comment() throws UnsupportedTemplate {
        int end = template.indexOf("#}", at + 2);
        if (end < 0) {
            throw new UnsupportedTemplate("a comment without an end", line());
        }
        String before = "{#" + sign(at + 2);
        String after = (end > at + 2 ? sign(end - 1) : "") + "#}";
        at = end + 2;
        return new Part(Kind.COMMENT, before, List.of(), after);
    }

    private Part code(Kind kind, String closing) throws UnsupportedTemplate {
        String before = template.substring(at, at + 2) + sign(at + 2);
        var tokens = new ArrayList<String>();
        Matcher token = TOKEN.matcher(template);
        int place = at + before.length();
        for (int braces = 0; ; ) {
            while (place < template.length() && Character.isWhitespace(template.charAt(place))) {
                place++;
            }
            String sign = sign(place);
            if (braces == 0 && template.startsWith(closing, place + sign.length())) {
                at = place + sign.length() + closing.length();
                return new Part(kind, before, tokens, sign + closing);
            }
            if (!token.region(place, template.length()).lookingAt()) {
                throw new UnsupportedTemplate(
                        place == template.length()
                                ? "\"" + before + "\" without an end"
                                : "the character \"" + template.charAt(place) + "\" within \"" + before + "\"",
                        line());
            }
            braces += token.group().equals("{") ? 1 : token.group().equals("}") ? -1 : 0;
            tokens.add(token.group());
            place = token.end();
        }
    }

    /** The minus or plus, next to a brace, that says whether spaces stay. */
    private String sign(int place) {
        return template.startsWith("-", place) || template.startsWith("+", place)
                ? template.substring(place, place + 1)
                : "";
    }
}
