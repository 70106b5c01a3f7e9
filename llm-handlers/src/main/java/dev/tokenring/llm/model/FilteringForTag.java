package dev.tokenring.llm.model;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.ForLoop;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Jinjava's loop, with the condition and the neighbours that Jinja's has. */
final class FilteringForTag extends ForTag {
    private static final long serialVersionUID = 1L;

    /** Stands before the condition; no template has this character. */
    static final String CONDITION = "\uFDD1";

    /** The items of the innermost loop, with nothing before the first and after the last. */
    static final String AROUND = "loop_around_";

    @Override
    public String interpretUnchecked(TagNode tag, JinjavaInterpreter interpreter) {
        String[] parts = tag.getHelpers().trim().split(CONDITION, 2);
        String[] loop = parts[0].split("\\s+in\\s+", 2);
        List<String> variables = List.of(loop[0].split("[\\s,]+"));
        List<Object> items = items(interpreter.resolveELExpression(loop[1], tag.getLineNumber()));
        if (parts.length == 2) {
            items.removeIf(item -> !holds(parts[1], variables, item, interpreter, tag));
        }
        var around = new ArrayList<Object>(items);
        around.add(0, null);
        around.add(null);
        interpreter.enterScope();
        try {
            interpreter.getContext().put(AROUND, around);
            return renderForCollection(tag, interpreter, variables, items);
        } finally {
            interpreter.leaveScope();
        }
    }

    private static List<Object> items(Object collection) {
        var items = new ArrayList<Object>();
        if (collection instanceof String text) {
            text.codePoints().forEach(character -> items.add(Character.toString(character)));
            return items;
        }
        for (ForLoop loop = ObjectIterator.getLoop(collection); loop.hasNext(); ) {
            items.add(loop.next());
        }
        return items;
    }

    private static boolean holds(
            String condition, List<String> variables, Object item, JinjavaInterpreter interpreter, TagNode tag) {
        interpreter.enterScope();
        try {
            Object value = interpreter.wrap(item);
            for (int i = 0; i < variables.size(); i++) {
                interpreter.getContext().put(variables.get(i), variables.size() == 1 ? value : part(value, i));
            }
            return ObjectTruthValue.evaluate(interpreter.resolveELExpression(condition, tag.getLineNumber()));
        } finally {
            interpreter.leaveScope();
        }
    }

    private static Object part(Object value, int i) {
        if (value instanceof Map.Entry<?, ?> entry) {
            return i == 0 ? entry.getKey() : entry.getValue();
        }
        return ((List<?>) value).get(i);
    }
}
