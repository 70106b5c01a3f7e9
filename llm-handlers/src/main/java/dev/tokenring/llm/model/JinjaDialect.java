package dev.tokenring.llm.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a template for Jinja as one that Jinjava renders alike. Where Jinjava reads something differently, it does so in
 * silence, and where it lacks something it often renders nothing; so what differs is written in another way, and what can't
 * be is refused before anything is rendered:
 *
 * <ul>
 *   <li>{@code not x is defined}: Jinjava reads {@code (not x) is defined}; parentheses are added
 *   <li>{@code f(a=b|length - 1)}: Jinjava gives the parameter only {@code b|length}; parentheses are added
 *   <li>{@code default(a, boolean=true)}: Jinjava knows the parameter by its place only
 *   <li>{@code 'a' 'b'}: becomes {@code 'a' ~ 'b'}
 *   <li>{@code x[::-1]}: becomes a call, {@code x.reversed_()}
 *   <li>{@code for x in y if z}: {@link FilteringForTag} knows it, by a mark before the condition
 *   <li>{@code loop.previtem}, {@code loop.nextitem}: become places in a list that the same tag sets
 *   <li>{@code {{ true }}}: a filter prints {@code True}
 *   <li>{@code {# … #}}: Jinjava takes away spaces across it; becomes an expression that prints nothing
 *   <li>{@code {% generation %}}: a mark for training; likewise
 *   <li>unknown tags, filters, tests, methods and functions are refused
 * </ul>
 *
 * <p>For one template, once.
 */
final class JinjaDialect {
    private static final Set<String> TAGS = Set.of(
            "if",
            "elif",
            "else",
            "endif",
            "for",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "break",
            "continue",
            "generation",
            "endgeneration");

    private static final Set<String> FILTERS = Set.of(
            "abs",
            "capitalize",
            "count",
            "d",
            "default",
            "e",
            "escape",
            "first",
            "float",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "sort",
            "string",
            "title",
            "tojson",
            "trim",
            "unique",
            "upper");

    private static final Set<String> TESTS = Set.of(
            "boolean",
            "defined",
            "divisibleby",
            "eq",
            "equalto",
            "even",
            "false",
            "float",
            "in",
            "integer",
            "iterable",
            "mapping",
            "ne",
            "none",
            "number",
            "odd",
            "sequence",
            "string",
            "true",
            "undefined");

    private static final Set<String> FUNCTIONS = Set.of("namespace", "raise_exception", "range", "strftime_now");

    private static final Set<String> LOOP = Set.of(
            "cycle", "first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0");

    private static final Map<String, String> NEIGHBOURS = Map.of(
            "previtem", FilteringForTag.AROUND + "[loop.index0]",
            "nextitem", FilteringForTag.AROUND + "[loop.index0 + 2]");

    /** The filter that prints what Python prints. */
    static final String PRINTED = "printed_";

    /** Where a {@code not}, or the value of a named parameter, ends. */
    private static final Set<String> ENDS = Set.of(")", "]", "}", ",", ":");

    private static final Set<String> ENDS_OF_NOT = Set.of("and", "or", "if", "else");

    private final JinjaScanner scanner;
    private final StringBuilder out = new StringBuilder();
    private final Set<String> macros = new HashSet<>();
    private final Deque<String> open = new ArrayDeque<>();

    private JinjaDialect(String template) {
        this.scanner = new JinjaScanner(template);
    }

    /** Translates a template. */
    static String translate(String template) throws UnsupportedTemplate {
        var dialect = new JinjaDialect(template);
        dialect.translate();
        return dialect.out.toString();
    }

    /** Says in a few words what in a template is not supported, and in which line. */
    static final class UnsupportedTemplate extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedTemplate(String what, int line) {
            super(what + ", in line " + line);
        }
    }

    private UnsupportedTemplate unsupported(String what) {
        return new UnsupportedTemplate(what, scanner.line());
    }

    private void translate() throws UnsupportedTemplate {
        for (JinjaScanner.Part part = scanner.next(); part != null; part = scanner.next()) {
            switch (part.kind()) {
                case TEXT -> out.append(part.before());
                case COMMENT -> nothing(part);
                case EXPRESSION -> write(part, printed(part.tokens()));
                case TAG -> tag(part);
            }
        }
        if (!open.isEmpty()) {
            throw unsupported("the block \"" + open.peek() + "\" without an end");
        }
    }

    private void nothing(JinjaScanner.Part part) {
        out.append(part.asNothing());
        if (part.endsLine()) {
            scanner.skipLineEnd();
        }
    }

    private String printed(List<String> tokens) throws UnsupportedTemplate {
        String expression = expression(tokens);
        return tokens.contains("{") ? expression : "(" + expression + ")|" + PRINTED;
    }

    /** Parentheses; but Jinjava takes a comma of a dictionary within them for that of a tuple. */
    private String nested(List<String> tokens) throws UnsupportedTemplate {
        String expression = expression(tokens);
        return tokens.contains("{") ? " " + expression : "(" + expression + ")";
    }

    private void write(JinjaScanner.Part part, String content) {
        out.append(part.before()).append(' ').append(content).append(' ').append(part.after());
    }

    private void tag(JinjaScanner.Part part) throws UnsupportedTemplate {
        List<String> tokens = part.tokens();
        String name = tokens.isEmpty() ? "" : tokens.get(0);
        if (!TAGS.contains(name)) {
            throw unsupported("the tag \"" + name + "\"");
        }
        List<String> rest = tokens.subList(1, tokens.size());
        nest(name, rest);
        switch (name) {
            case "for" -> write(part, forTag(rest));
            case "macro" -> {
                macros.add(rest.isEmpty() ? "" : rest.get(0));
                write(part, name + ' ' + join(rest));
            }
            case "generation", "endgeneration" -> nothing(part);
            default -> write(part, name + ' ' + expression(rest));
        }
    }

    private void nest(String name, List<String> rest) throws UnsupportedTemplate {
        switch (name) {
            case "if", "for", "macro" -> open.push(name);
            case "set" -> {
                if (!rest.contains("=")) {
                    open.push(name);
                }
            }
            case "endif", "endfor", "endmacro", "endset" -> {
                if (open.isEmpty() || !open.pop().equals(name.substring("end".length()))) {
                    throw unsupported("the tag \"" + name + "\", which closes nothing");
                }
            }
            case "else", "elif" -> {
                if (!"if".equals(open.peek())) {
                    throw unsupported("the tag \"" + name + "\" outside of an \"if\"");
                }
            }
            default -> {
                // Opens and closes nothing.
            }
        }
    }

    private String forTag(List<String> tokens) throws UnsupportedTemplate {
        int in = tokens.indexOf("in");
        if (in < 0 || tokens.get(tokens.size() - 1).equals("recursive")) {
            throw unsupported("the loop \"for " + String.join(" ", tokens) + "\"");
        }
        List<String> variables = tokens.subList(0, in).stream()
                .filter(token -> !token.equals("(") && !token.equals(")"))
                .toList();
        int condition = conditionOf(tokens, in + 1);
        String loop = String.join(" ", variables) + " in "
                + expression(tokens.subList(in + 1, condition < 0 ? tokens.size() : condition));
        return "for " + loop
                + (condition < 0
                        ? ""
                        : FilteringForTag.CONDITION + expression(tokens.subList(condition + 1, tokens.size())));
    }

    /** The {@code if} of a loop stands outside of all brackets, and has no {@code else}; -1 if there is none. */
    private static int conditionOf(List<String> tokens, int from) {
        int depth = 0;
        int found = -1;
        for (int i = from; i < tokens.size(); i++) {
            depth += depthChange(tokens.get(i));
            if (depth == 0 && tokens.get(i).equals("if")) {
                found = i;
            } else if (depth == 0 && tokens.get(i).equals("else")) {
                found = -1;
            }
        }
        return found;
    }

    private static int depthChange(String token) {
        return switch (token) {
            case "(", "[", "{" -> 1;
            case ")", "]", "}" -> -1;
            default -> 0;
        };
    }

    private String expression(List<String> tokens) throws UnsupportedTemplate {
        var words = new ArrayList<String>();
        Deque<String> brackets = new ArrayDeque<>();
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String before = i == 0 ? "" : tokens.get(i - 1);
            String after = i + 1 == tokens.size() ? "" : tokens.get(i + 1);
            if (depthChange(token) > 0) {
                brackets.push(token);
            } else if (depthChange(token) < 0 && !brackets.isEmpty()) {
                brackets.pop();
            }
            if (token.equals("not") && !after.equals("in") && !before.equals("is")) {
                int end = end(tokens, i + 1, ENDS_OF_NOT);
                words.add("not " + nested(tokens.subList(i + 1, end)));
                i = end - 1;
            } else if (token.equals("=") && "(".equals(brackets.peek())) {
                int end = end(tokens, i + 1, Set.of());
                words.add("=" + nested(tokens.subList(i + 1, end)));
                i = end - 1;
            } else if (token.equals("boolean") && after.equals("=")) {
                i++;
            } else if (token.equals("[") && isReversal(tokens, i)) {
                words.add(".reversed_()");
                brackets.pop();
                i += 5;
            } else if (token.equals(".") && before.equals("loop") && NEIGHBOURS.containsKey(after)) {
                words.set(words.size() - 1, NEIGHBOURS.get(after));
                i++;
            } else {
                check(token, before, after, i >= 2 ? tokens.get(i - 2) : "");
                if (token.equals(":") && "[".equals(brackets.peek()) && after.equals(":")) {
                    throw unsupported("a slice with a step other than [::-1]");
                }
                words.add(isText(token) && isText(before) ? "~ " + token : token);
            }
        }
        return join(words);
    }

    private static boolean isText(String token) {
        return token.startsWith("'") || token.startsWith("\"");
    }

    /** With spaces, but not around dots, where Jinjava does not take them everywhere. */
    private static String join(List<String> words) {
        var joined = new StringBuilder();
        String last = ".";
        for (String word : words) {
            joined.append(last.equals(".") || word.startsWith(".") ? "" : " ").append(word);
            last = word;
        }
        return joined.toString();
    }

    private static boolean isReversal(List<String> tokens, int at) {
        return at > 0
                && at + 6 <= tokens.size()
                && tokens.subList(at, at + 6).equals(List.of("[", ":", ":", "-", "1", "]"));
    }

    /** The first token from a place on, outside of brackets opened there, at which what began ends. */
    private static int end(List<String> tokens, int from, Set<String> more) {
        int depth = 0;
        for (int i = from; i < tokens.size(); i++) {
            String token = tokens.get(i);
            if (depth == 0 && (ENDS.contains(token) || more.contains(token))) {
                return i;
            }
            depth += depthChange(token);
        }
        return tokens.size();
    }

    /** Refuses a name that Jinjava would take for nothing. */
    private void check(String token, String before, String after, String beforeThat) throws UnsupportedTemplate {
        if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
            return;
        }
        boolean called = after.equals("(");
        if (before.equals("|")) {
            require(FILTERS, "filter", token);
        } else if (before.equals("is") || (before.equals("not") && beforeThat.equals("is"))) {
            if (!token.equals("not")) {
                require(TESTS, "test", token);
            }
        } else if (before.equals(".")) {
            if (beforeThat.equals("loop")) {
                require(LOOP, "loop's property", token);
            } else if (called) {
                require(PythonMethods.NAMES, "method", token);
            }
        } else if (called && !KEYWORDS.contains(token) && !macros.contains(token)) {
            require(FUNCTIONS, "function", token);
        }
    }

    private static final Set<String> KEYWORDS = Set.of("and", "or", "not", "in", "is", "if", "else");

    private void require(Set<String> known, String what, String name) throws UnsupportedTemplate {
        if (!known.contains(name)) {
            throw unsupported("the " + what + " \"" + name + "\"");
        }
    }
}
