package dev.tokenring.llm.constraint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tokenring.llm.constraint.Expression.Chars;
import dev.tokenring.llm.constraint.Expression.Member;
import dev.tokenring.llm.constraint.Expression.Repeat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a JSON schema: the part of draft 2020-12 that says what a value looks like from its first character to its last.
 * What a schema leaves open is written in one way: an object has only the properties that are declared, in their order.
 */
final class JsonSchemaParser {
    static final String ROOT = "#";
    private static final int DEEPEST = 100;
    private static final int MOST_QUOTED = 60;
    /** Where the parser says something of a text, which is always the schema, beside the place in it. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^\\]]*?(line: \\d+, column: \\d+)\\]");

    private static final int MOST = 10_000;
    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$comment",
            "$schema",
            "$defs",
            "definitions");
    private static final Map<String, Set<String>> KEYWORDS_BY_TYPE = keywordsByType();

    private static Map<String, Set<String>> keywordsByType() {
        var keywords = new LinkedHashMap<String, Set<String>>();
        keywords.put("object", Set.of("properties", "required", "additionalProperties"));
        keywords.put("array", Set.of("items", "minItems", "maxItems"));
        keywords.put("string", Set.of("pattern", "minLength", "maxLength"));
        keywords.put("integer", Set.of());
        keywords.put("number", Set.of());
        keywords.put("boolean", Set.of());
        keywords.put("null", Set.of());
        return keywords;
    }

    private final JsonNode document;
    private final Map<String, Expression> rules = new LinkedHashMap<>(JsonText.RULES);
    private final Set<String> referred = new LinkedHashSet<>(Set.of(ROOT));
    private final Deque<String> open = new ArrayDeque<>(referred);
    private final Disjointness disjointness = new Disjointness(this::pointer);

    private JsonSchemaParser(JsonNode document) {
        this.document = document;
    }

    static JsonSchemaParser parse(String schema) {
        var parser = new JsonSchemaParser(read(schema));
        while (!parser.open.isEmpty()) {
            String reference = parser.open.remove();
            parser.rules.put(reference, parser.value(parser.find(reference), reference));
        }
        return parser;
    }

    private static JsonNode read(String schema) {
        JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        try {
            JsonNode document = mapper.readTree(schema);
            if (!document.isObject() && !document.isBoolean()) {
                throw noSchema(ROOT, document, "write a JSON object such as {\"type\": \"object\"}");
            }
            return document;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new IllegalArgumentException(
                    "the schema is not JSON that can be read" + where + ": "
                            + SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1"),
                    e);
        }
    }

    /** Each schema that is referred to, by its reference; and what the schemas need in common. */
    Map<String, Expression> rules() {
        return rules;
    }

    private JsonNode find(String reference) {
        JsonNode found = pointer(reference);
        if (found.isMissingNode()) {
            throw error(reference, "is referred to but not there", "define it, for example under $defs");
        }
        return found;
    }

    private JsonNode pointer(String reference) {
        if (!reference.startsWith(ROOT)) {
            throw error(
                    reference, "is not within this schema", "copy what is meant to $defs and refer to \"#/$defs/…\"");
        }
        try {
            return document.at(reference.substring(1));
        } catch (IllegalArgumentException e) {
            return MissingNode.getInstance();
        }
    }

    private Expression value(JsonNode schema, String path) {
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw error(path, "is false, which allows nothing", "leave out what it stands for");
            }
            return JsonText.ANY;
        }
        if (!schema.isObject()) {
            throw noSchema(path, schema, "write a JSON object such as {\"type\": \"string\"}");
        }
        if (schema.has("$ref")) {
            allowOnly(schema, path, Set.of("$ref"));
            return reference(text(schema, "$ref", path));
        }
        if (schema.has("anyOf") || schema.has("oneOf")) {
            return alternatives(schema, path, schema.has("anyOf") ? "anyOf" : "oneOf");
        }
        if (schema.has("const") || schema.has("enum")) {
            return literals(schema, path);
        }
        return typed(schema, path);
    }

    private Expression reference(String reference) {
        find(reference);
        if (referred.add(reference)) {
            open.add(reference);
        }
        return new Expression.Call(reference);
    }

    private Expression alternatives(JsonNode schema, String path, String keyword) {
        allowOnly(schema, path, Set.of(keyword));
        JsonNode list = schema.get(keyword);
        if (!list.isArray() || list.isEmpty()) {
            throw error(path, "has " + keyword + ", which is no list of schemas", "write at least one schema in [ ]");
        }
        var alternatives = new ArrayList<Expression>();
        for (int i = 0; i < list.size(); i++) {
            alternatives.add(value(list.get(i), path + "/" + keyword + "/" + i));
        }
        if (keyword.equals("oneOf") && !disjointness.areDisjoint(list)) {
            throw error(
                    path,
                    "has oneOf, two of which may allow the same value",
                    "write anyOf; or tell them apart by type, or by a required property with another const in each");
        }
        return new Expression.Choice(alternatives);
    }

    private Expression literals(JsonNode schema, String path) {
        String keyword = schema.has("const") ? "const" : "enum";
        allowOnly(schema, path, Set.of(keyword, "type"));
        JsonNode values = schema.get("enum");
        if (values != null && (!values.isArray() || values.isEmpty())) {
            throw error(path, "has enum, which is no list of values", "write at least one value in [ ]");
        }
        var literals = new ArrayList<Expression>();
        for (JsonNode value : values == null ? List.of(schema.get("const")) : values) {
            if (!schema.has("type") || types(schema, path).stream().anyMatch(type -> isOfType(value, type))) {
                requireWhole(value.toString(), path);
                literals.add(JsonText.literal(value));
            }
        }
        if (literals.isEmpty()) {
            throw error(path, "has " + keyword + " without a value of its type", "make type and " + keyword + " agree");
        }
        return new Expression.Choice(literals);
    }

    static boolean isOfType(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }

    private Expression typed(JsonNode schema, String path) {
        List<String> types = schema.has("type") ? types(schema, path) : impliedTypes(schema, path);
        Set<String> keywords = new LinkedHashSet<>(Set.of("type"));
        types.forEach(type -> keywords.addAll(KEYWORDS_BY_TYPE.get(type)));
        allowOnly(schema, path, keywords);
        if (types.isEmpty()) {
            return JsonText.ANY;
        }
        return new Expression.Choice(
                types.stream().map(type -> ofType(type, schema, path)).toList());
    }

    private static List<String> types(JsonNode schema, String path) {
        JsonNode type = schema.get("type");
        var types = new ArrayList<String>();
        for (JsonNode name : type.isArray() ? type : List.of(type)) {
            if (!name.isTextual() || !KEYWORDS_BY_TYPE.containsKey(name.textValue())) {
                throw error(path, "has the type " + name, "write one or some of " + KEYWORDS_BY_TYPE.keySet());
            }
            types.add(name.textValue());
        }
        if (types.isEmpty()) {
            throw error(path, "has no type in its list", "write one or some of " + KEYWORDS_BY_TYPE.keySet());
        }
        return types;
    }

    /** The type that the keywords are about; none, if there are none. */
    private static List<String> impliedTypes(JsonNode schema, String path) {
        List<String> types = KEYWORDS_BY_TYPE.entrySet().stream()
                .filter(type -> type.getValue().stream().anyMatch(schema::has))
                .map(Map.Entry::getKey)
                .toList();
        if (types.size() > 1) {
            throw error(path, "has no type, and keywords of several: " + types, "add the type that is meant");
        }
        return types;
    }

    private Expression ofType(String type, JsonNode schema, String path) {
        return switch (type) {
            case "object" -> object(schema, path);
            case "array" -> array(schema, path);
            case "string" -> string(schema, path);
            case "integer" -> JsonText.INTEGER;
            case "number" -> JsonText.NUMBER;
            case "boolean" -> JsonText.BOOLEAN;
            default -> JsonText.NULL;
        };
    }

    private Expression object(JsonNode schema, String path) {
        JsonNode additional = schema.get("additionalProperties");
        boolean closed = additional != null && additional.isBoolean() && !additional.booleanValue();
        JsonNode properties = schema.get("properties");
        Set<String> required = required(schema, path);
        if (additional != null && !closed && (properties != null || !additional.isBoolean())) {
            throw error(
                    path,
                    "has additionalProperties that are not false",
                    "declare each property, and leave additionalProperties out or false");
        }
        if (properties == null && required.isEmpty() && !closed) {
            return JsonText.ANY_OBJECT;
        }
        if (properties != null && !properties.isObject()) {
            throw error(path, "has properties that are no object", "write a schema for each name in { }");
        }
        var members = new ArrayList<Member>();
        if (properties != null) {
            properties.properties().forEach(property -> {
                String name = requireWhole(property.getKey(), path);
                Expression value = value(property.getValue(), path + "/properties/" + name);
                members.add(JsonText.member(name, value, required.remove(name)));
            });
        }
        if (!required.isEmpty()) {
            throw error(path, "requires " + required + ", which properties does not declare", "declare it there");
        }
        return JsonText.object(members);
    }

    private static Set<String> required(JsonNode schema, String path) {
        var names = new LinkedHashSet<String>();
        JsonNode required = schema.get("required");
        if (required != null) {
            if (!required.isArray()) {
                throw error(path, "has required, which is no list of names", "write names in [ ]");
            }
            for (JsonNode name : required) {
                if (!name.isTextual()) {
                    throw error(path, "requires " + name, "write names, as strings");
                }
                names.add(name.textValue());
            }
        }
        return names;
    }

    private Expression array(JsonNode schema, String path) {
        int least = count(schema, "minItems", 0, path);
        int most = count(schema, "maxItems", Repeat.UNLIMITED, path);
        requireOrder(least, most, "minItems", "maxItems", path);
        Expression item = schema.has("items") ? value(schema.get("items"), path + "/items") : JsonText.ANY;
        return JsonText.array(item, least, most);
    }

    private static Expression string(JsonNode schema, String path) {
        int least = count(schema, "minLength", 0, path);
        int most = count(schema, "maxLength", Repeat.UNLIMITED, path);
        requireOrder(least, most, "minLength", "maxLength", path);
        if (!schema.has("pattern")) {
            return JsonText.string(new Repeat(new Chars(CodePoints.ALL), Expression.EMPTY, least, most));
        }
        if (schema.has("minLength") || schema.has("maxLength")) {
            throw error(path, "has a pattern and a length", "write the length into the pattern, such as ^[a-z]{2,8}$");
        }
        try {
            return JsonText.string(RegexParser.parseUnanchored(text(schema, "pattern", path)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the schema at " + path + " has a pattern: " + e.getMessage(), e);
        }
    }

    private static int count(JsonNode schema, String keyword, int otherwise, String path) {
        JsonNode count = schema.get(keyword);
        if (count == null) {
            return otherwise;
        }
        if (!count.isIntegralNumber() || !count.canConvertToInt() || count.intValue() < 0 || count.intValue() > MOST) {
            throw error(
                    path,
                    "has " + keyword + " " + count,
                    "write a whole number from 0 to " + MOST + ", or leave it out");
        }
        return count.intValue();
    }

    private static void requireOrder(int least, int most, String lesser, String greater, String path) {
        if (most != Repeat.UNLIMITED && least > most) {
            throw error(path, "has " + lesser + " " + least + " above " + greater + " " + most, "swap them");
        }
    }

    private static String text(JsonNode schema, String keyword, String path) {
        JsonNode text = schema.get(keyword);
        if (!text.isTextual()) {
            throw error(path, "has " + keyword + " " + text, "write a string");
        }
        return text.textValue();
    }

    private static String requireWhole(String text, String path) {
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw error(path, "has text with half of a surrogate pair, which is no character", "write both halves");
        }
        return text;
    }

    private static void allowOnly(JsonNode schema, String path, Set<String> keywords) {
        schema.fieldNames().forEachRemaining(name -> {
            boolean atRoot = path.equals(ROOT) && name.equals("$id");
            if (!keywords.contains(name) && !ANNOTATIONS.contains(name) && !atRoot) {
                throw error(path, "has \"" + name + "\", which is not supported here", remedy(name, keywords));
            }
        });
    }

    private static String remedy(String name, Set<String> keywords) {
        return switch (name) {
            case "allOf" -> "write what all say into one schema";
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf" ->
                "leave it out and check the number afterwards, or list the numbers in an enum";
            case "format" -> "write the format as a pattern";
            case "prefixItems" -> "write an object with a property for each";
            case "uniqueItems", "contains" -> "leave it out and check the items afterwards";
            default -> "leave it out; beside each other there can be " + keywords + ", and annotations";
        };
    }

    private static IllegalArgumentException noSchema(String path, JsonNode value, String remedy) {
        String text = value.toString();
        String quoted = text.length() > MOST_QUOTED ? text.substring(0, MOST_QUOTED) + "…" : text;
        return error(path, "is " + (text.isEmpty() ? "empty" : quoted) + ", which is no schema", remedy);
    }

    private static IllegalArgumentException error(String path, String what, String remedy) {
        return new IllegalArgumentException("the schema at " + path + " " + what + ": " + remedy);
    }

    /** Finds schemas by their reference. */
    interface References {
        /** Gives the schema, or a missing node. */
        JsonNode find(String reference);
    }
}
