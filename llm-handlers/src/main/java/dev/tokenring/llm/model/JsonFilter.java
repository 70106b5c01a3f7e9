package dev.tokenring.llm.model;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tojson} as Python writes it: a space behind each comma and colon, and characters as they are. */
final class JsonFilter implements AdvancedFilter {
    private static final Gson TEXTS =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        Object indent = named.getOrDefault("indent", arguments.length > 0 ? arguments[0] : null);
        if (!java.util.Set.of("indent", "ensure_ascii").containsAll(named.keySet())) {
            throw new InterpretException("tojson is supported with indent only, but has " + named.keySet());
        }
        var json = new StringBuilder();
        write(json, value, indent instanceof Number spaces ? spaces.intValue() : -1, 0);
        return json.toString();
    }

    private static void write(StringBuilder json, @Nullable Object value, int indent, int depth) {
        if (value instanceof Map<?, ?> map) {
            json.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext(); ) {
                Map.Entry<?, ?> entry = entries.next();
                newLine(json, indent, depth + 1);
                json.append(TEXTS.toJson(String.valueOf(entry.getKey()))).append(": ");
                write(json, entry.getValue(), indent, depth + 1);
                json.append(separator(entries.hasNext(), indent));
            }
            close(json, map.isEmpty(), indent, depth, '}');
        } else if (value instanceof Iterable<?> list) {
            json.append('[');
            for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
                newLine(json, indent, depth + 1);
                write(json, items.next(), indent, depth + 1);
                json.append(separator(items.hasNext(), indent));
            }
            close(json, !list.iterator().hasNext(), indent, depth, ']');
        } else {
            json.append(TEXTS.toJson(value));
        }
    }

    private static String separator(boolean more, int indent) {
        return !more ? "" : indent < 0 ? ", " : ",";
    }

    private static void newLine(StringBuilder json, int indent, int depth) {
        if (indent >= 0) {
            json.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private static void close(StringBuilder json, boolean empty, int indent, int depth, char bracket) {
        if (!empty) {
            newLine(json, indent, depth);
        }
        json.append(bracket);
    }
}
