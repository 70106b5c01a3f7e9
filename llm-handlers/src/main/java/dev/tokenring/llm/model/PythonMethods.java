package dev.tokenring.llm.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import jinjava.javax.el.MethodNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * The methods of Python's texts, lists and dictionaries that templates call, with Python's meaning, instead of Java's methods
 * of the same name or none; and the characters of a text by their places.
 */
final class PythonMethods extends ELResolver {
    /** All that may be called. */
    static final Set<String> NAMES = Set.of(
            "capitalize",
            "count",
            "endswith",
            "find",
            "get",
            "items",
            "join",
            "keys",
            "lower",
            "lstrip",
            "replace",
            "reversed_",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "title",
            "upper",
            "values");

    @Override
    public @Nullable Object invoke(
            ELContext context, @Nullable Object base, Object method, Class<?>[] types, Object[] parameters) {
        List<Object> given = parameters == null ? List.of() : Arrays.asList(parameters);
        String name = String.valueOf(method);
        if (base instanceof String text) {
            context.setPropertyResolved(true);
            return ofText(text, name, given);
        }
        if (base instanceof Map<?, ?> map) {
            context.setPropertyResolved(true);
            return ofDictionary(map, name, given);
        }
        if (base instanceof List<?> list && name.equals("reversed_")) {
            context.setPropertyResolved(true);
            var reversed = new ArrayList<Object>(list);
            Collections.reverse(reversed);
            return reversed;
        }
        return null;
    }

    private static Object ofText(String text, String name, List<Object> given) {
        return switch (name) {
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> capitalized(text);
            case "title" -> titled(text);
            case "strip" -> stripped(text, characters(given), true, true);
            case "lstrip" -> stripped(text, characters(given), true, false);
            case "rstrip" -> stripped(text, characters(given), false, true);
            case "startswith" -> alternatives(given).stream().anyMatch(text::startsWith);
            case "endswith" -> alternatives(given).stream().anyMatch(text::endsWith);
            case "find" -> (long) text.indexOf(argument(name, given, 0));
            case "count" -> (long) text.split(Pattern.quote(argument(name, given, 0)), -1).length - 1;
            case "replace" -> replaced(text, given);
            case "split" -> split(text, given);
            case "rsplit" -> splitFromEnd(text, given);
            case "splitlines" -> text.lines().toList();
            case "join" -> joined(text, given);
            case "reversed_" -> new StringBuilder(text).reverse().toString();
            default -> throw new MethodNotFoundException("a text has no method \"" + name + "\" in templates");
        };
    }

    private static @Nullable Object ofDictionary(Map<?, ?> map, String name, List<Object> given) {
        return switch (name) {
            case "items" -> List.copyOf(map.entrySet());
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            case "get" -> {
                String key = argument(name, given, 0);
                yield map.containsKey(key) ? map.get(key) : given.size() > 1 ? given.get(1) : null;
            }
            default -> throw new MethodNotFoundException("a dictionary has no method \"" + name + "\" in templates");
        };
    }

    private static String argument(String method, List<Object> given, int place) {
        if (place < given.size() && given.get(place) instanceof String text) {
            return text;
        }
        throw new MethodNotFoundException("\"" + method + "\" wants a text, but was given " + given);
    }

    private static List<String> alternatives(List<Object> given) {
        return given.size() == 1 && given.get(0) instanceof List<?> several
                ? several.stream().map(String::valueOf).toList()
                : List.of(argument("startswith", given, 0));
    }

    /** What is to be stripped; null for all that is a space. */
    private static @Nullable String characters(List<Object> given) {
        return given.isEmpty() || given.get(0) == null ? null : argument("strip", given, 0);
    }

    private static String stripped(String text, @Nullable String characters, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && isIn(text.charAt(from), characters)) {
            from++;
        }
        while (right && to > from && isIn(text.charAt(to - 1), characters)) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isIn(char character, @Nullable String characters) {
        return characters == null
                ? Character.isWhitespace(character) || Character.isSpaceChar(character)
                : characters.indexOf(character) >= 0;
    }

    private static String capitalized(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String titled(String text) {
        return Pattern.compile("\\p{L}+").matcher(text).replaceAll(word -> capitalized(word.group()));
    }

    private static String replaced(String text, List<Object> given) {
        if (given.size() > 2) {
            throw new MethodNotFoundException("\"replace\" with a count is not supported in templates");
        }
        return text.replace(argument("replace", given, 0), argument("replace", given, 1));
    }

    private static List<String> split(String text, List<Object> given) {
        if (given.isEmpty() || given.get(0) == null) {
            return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
        }
        return List.of(text.split(Pattern.quote(argument("split", given, 0)), most(given) + (most(given) < 0 ? 0 : 1)));
    }

    /** How often to split at most; -1 for as often as possible. */
    private static int most(List<Object> given) {
        return given.size() > 1 && given.get(1) instanceof Number most ? most.intValue() : -1;
    }

    private static List<String> splitFromEnd(String text, List<Object> given) {
        var parts = new ArrayList<>(split(text, given.subList(0, Math.min(1, given.size()))));
        int most = most(given);
        if (most >= 0 && !given.isEmpty()) {
            while (parts.size() > most + 1) {
                String second = parts.remove(1);
                parts.set(0, parts.get(0) + argument("rsplit", given, 0) + second);
            }
        }
        return parts;
    }

    private static String joined(String separator, List<Object> given) {
        if (given.size() != 1 || !(given.get(0) instanceof Iterable<?> parts)) {
            throw new MethodNotFoundException("\"join\" wants a list, but was given " + given);
        }
        var joined = new StringBuilder();
        for (Iterator<?> part = parts.iterator(); part.hasNext(); ) {
            joined.append(part.next()).append(part.hasNext() ? separator : "");
        }
        return joined.toString();
    }

    /** A character by its place, which counts from the end if it is negative. */
    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
        if (base instanceof String text && String.valueOf(property).matches("-?\\d{1,9}")) {
            context.setPropertyResolved(true);
            int place = Integer.parseInt(String.valueOf(property));
            int at = place < 0 ? text.length() + place : place;
            return at >= 0 && at < text.length() ? text.substring(at, at + 1) : null;
        }
        return null;
    }

    @Override
    public @Nullable Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
        return null;
    }

    @Override
    public @Nullable Iterator<java.beans.FeatureDescriptor> getFeatureDescriptors(
            ELContext context, @Nullable Object base) {
        return null;
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, @Nullable Object property) {
        return null;
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object property) {
        return true;
    }

    @Override
    public void setValue(ELContext context, @Nullable Object base, @Nullable Object property, @Nullable Object value) {
        // Templates change nothing but their own variables.
    }
}
