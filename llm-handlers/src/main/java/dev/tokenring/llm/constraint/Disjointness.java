package dev.tokenring.llm.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether no value can be valid against two schemas, as far as that is plain to see: they differ in type, in the values
 * that they list, or in a property that both require. With such schemas, one of them is the same as any of them.
 */
final class Disjointness {
    private static final int DEEPEST = 8;

    /** So much is compared for one schema, in well under a second; what is not compared counts as not disjoint. */
    private static final long MOST_STEPS = 500_000;

    private static final Set<String> TYPES = Set.of("object", "array", "string", "number", "boolean", "null");

    private final JsonSchemaParser.References references;
    private long steps;

    Disjointness(JsonSchemaParser.References references) {
        this.references = references;
    }

    boolean areDisjoint(JsonNode schemas) {
        for (int i = 0; i < schemas.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!areDisjoint(schemas.get(i), schemas.get(j), 0)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean areDisjoint(JsonNode one, JsonNode other, int depth) {
        if (depth > DEEPEST || isTooMuch(1)) {
            return false;
        }
        List<JsonNode> ones = alternatives(one, depth);
        List<JsonNode> others = alternatives(other, depth);
        return ones.stream().allMatch(a -> others.stream().allMatch(b -> areSimplyDisjoint(a, b, depth)));
    }

    /** Counts steps that are about to be taken. */
    private boolean isTooMuch(long more) {
        steps += more;
        return steps > MOST_STEPS;
    }

    /** The schema behind references, and instead of one with anyOf or oneOf those that it names. */
    private List<JsonNode> alternatives(JsonNode schema, int depth) {
        if (depth > DEEPEST || isTooMuch(1)) {
            return List.of(schema);
        }
        if (schema.path("$ref").isTextual()) {
            return alternatives(references.find(schema.get("$ref").textValue()), depth + 1);
        }
        JsonNode choices = schema.has("anyOf") ? schema.get("anyOf") : schema.path("oneOf");
        if (choices.isEmpty()) {
            return List.of(schema);
        }
        var all = new ArrayList<JsonNode>();
        choices.forEach(choice -> all.addAll(alternatives(choice, depth + 1)));
        return all;
    }

    private boolean areSimplyDisjoint(JsonNode one, JsonNode other, int depth) {
        List<JsonNode> values = values(one);
        List<JsonNode> otherValues = values(other);
        if (isTooMuch(Math.max(1, (long) values.size() * otherValues.size()))) {
            return false;
        }
        if (!values.isEmpty() && !otherValues.isEmpty()) {
            return values.stream().noneMatch(a -> otherValues.stream().anyMatch(b -> areEqual(a, b)));
        }
        if (!values.isEmpty() || !otherValues.isEmpty()) {
            Set<String> types = types(values.isEmpty() ? one : other);
            return (values.isEmpty() ? otherValues : values).stream().noneMatch(value -> types.stream()
                    .anyMatch(type -> JsonSchemaParser.isOfType(value, type)));
        }
        var common = new TreeSet<>(types(one));
        common.retainAll(types(other));
        return common.isEmpty() || (common.equals(Set.of("object")) && differInAProperty(one, other, depth));
    }

    private boolean differInAProperty(JsonNode one, JsonNode other, int depth) {
        for (JsonNode name : one.path("required")) {
            for (JsonNode otherName : other.path("required")) {
                JsonNode property = one.path("properties").path(name.asText());
                JsonNode otherProperty = other.path("properties").path(otherName.asText());
                if (name.equals(otherName)
                        && property.isObject()
                        && otherProperty.isObject()
                        && areDisjoint(property, otherProperty, depth + 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<JsonNode> values(JsonNode schema) {
        var values = new ArrayList<JsonNode>();
        if (schema.has("const")) {
            values.add(schema.get("const"));
        } else {
            schema.path("enum").forEach(values::add);
        }
        return values;
    }

    /** A whole number is a number; a schema without a type may be of any. */
    private static Set<String> types(JsonNode schema) {
        var types = new TreeSet<String>();
        JsonNode type = schema.path("type");
        for (JsonNode name : type.isArray() ? type : List.of(type)) {
            if (name.isTextual()) {
                types.add(name.textValue().equals("integer") ? "number" : name.textValue());
            }
        }
        return types.isEmpty() ? TYPES : types;
    }

    /** Numbers are equal if they are worth the same. */
    private static boolean areEqual(JsonNode one, JsonNode other) {
        return one.equals(Disjointness::compare, other);
    }

    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }
}
