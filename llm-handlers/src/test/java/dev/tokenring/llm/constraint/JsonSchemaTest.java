package dev.tokenring.llm.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written under a schema parses, and is valid as another implementation judges it. */
class JsonSchemaTest {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonSchemaFactory VALIDATORS = JsonSchemaFactory.getInstance(VersionFlag.V202012);
    private static final String[] PATTERNS = {
        "^[a-z]{1,5}$", "[0-9]", "^a", "b$", "^\\d{4}-\\d{2}$", "^(?:x|\"y\")\\\\?$", "^.{2,3}$"
    };

    private final Random random = new Random(17);

    /** A schema of random shape; at the beginning of a document also with definitions that it refers to. */
    private ObjectNode randomSchema(int depth, boolean withReferences) {
        ObjectNode schema = STRICT.createObjectNode();
        switch (random.nextInt(depth > 0 ? 12 : 7)) {
            case 0 -> {
                schema.put("type", "string");
                if (random.nextBoolean()) {
                    schema.put("minLength", random.nextInt(4)).put("maxLength", 4 + random.nextInt(4));
                }
            }
            case 1 -> schema.put("type", "string").put("pattern", PATTERNS[random.nextInt(PATTERNS.length)]);
            case 2 -> schema.put("type", random.nextBoolean() ? "integer" : "number");
            case 3 -> schema.put("type", random.nextBoolean() ? "boolean" : "null");
            case 4 -> schema.set("enum", randomValues());
            case 5 -> schema.set("const", randomValues().get(0));
            case 6 -> {
                if (withReferences) {
                    schema.put("$ref", random.nextBoolean() ? "#" : "#/$defs/other");
                } else {
                    schema.putArray("type").add("string").add("null");
                }
            }
            case 7, 8 -> randomArray(schema, depth, withReferences);
            case 9 -> {
                ArrayNode choices = schema.putArray("anyOf");
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    // without references, so that none comes back to itself with nothing around it
                    choices.add(randomSchema(depth - 1, false));
                }
            }
            default -> randomObject(schema, depth, withReferences);
        }
        return schema;
    }

    private void randomArray(ObjectNode schema, int depth, boolean withReferences) {
        schema.put("type", "array").set("items", randomSchema(depth - 1, withReferences));
        if (random.nextBoolean()) {
            schema.put("minItems", random.nextInt(2)).put("maxItems", 2 + random.nextInt(3));
        }
    }

    private void randomObject(ObjectNode schema, int depth, boolean withReferences) {
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        String[] names = {"name", "a", "é", "with \"quotes\"", "\\", "age"};
        for (String name : names) {
            if (random.nextInt(3) == 0) {
                boolean must = random.nextBoolean();
                properties.set(name, randomSchema(depth - 1, withReferences && !must));
                if (must) {
                    required.add(name);
                }
            }
        }
    }

    private ArrayNode randomValues() {
        ArrayNode values = STRICT.createArrayNode();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> values.add("red\n\"é\\");
                case 1 -> values.add(random.nextInt(1000) - 500);
                case 2 -> values.add(new BigDecimal("1.50e3"));
                case 3 -> values.add(random.nextBoolean());
                case 4 -> values.addNull();
                default ->
                    values.add(STRICT.createObjectNode()
                            .put("k", "v")
                            .set("l", STRICT.createArrayNode().add(1).add("2")));
            }
        }
        return values;
    }

    private static List<String> faults(String schema, String text) throws JsonProcessingException {
        JsonSchema validator = VALIDATORS.getSchema(schema);
        return validator.validate(STRICT.readTree(text)).stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void whatIsWrittenIsValid() throws JsonProcessingException {
        int written = 0;
        for (int round = 0; round < 300; round++) {
            ObjectNode document = randomSchema(3, round % 2 == 0);
            if (document.has("$ref")) {
                document = STRICT.createObjectNode()
                        .<ObjectNode>set("items", document)
                        .put("type", "array");
            }
            document.putObject("$defs").set("other", randomSchema(2, false));
            String schema = document.toString();
            var writer = new Writer(Grammar.jsonSchema(schema), Writer.PIECES, random);
            for (int tokens : new int[] {writer.shortest(), writer.shortest() + 3, writer.shortest() + 20, 100}) {
                boolean hasAnEnd = writer.shortest() < Distances.FAR;
                if (hasAnEnd && tokens >= writer.shortest()) {
                    String text = writer.write(tokens, random.nextBoolean());
                    assertThat(faults(schema, text))
                            .as("%s in %s tokens gave %s", schema, tokens, text)
                            .isEmpty();
                    written++;
                }
            }
        }
        assertThat(written).isGreaterThan(900);
    }

    private static final String TREE = """
            {"$ref": "#/$defs/node",
             "$defs": {"node": {"type": "object", "required": ["value", "children"], "additionalProperties": false,
               "properties": {"value": {"type": "integer"},
                              "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}
            """;

    @Test
    void recursionIsWrittenToItsEndHoweverReluctantly() throws JsonProcessingException {
        var writer = new Writer(Grammar.jsonSchema(TREE), Writer.PIECES, random);
        for (int tokens : new int[] {writer.shortest(), writer.shortest() + 1, 50, 200, 1_000, 3_000}) {
            String text = writer.write(tokens, true);
            assertThat(faults(TREE, text)).as(text).isEmpty();
        }
    }

    @Test
    void nestingEndsBeforeReadersGiveUp() throws JsonProcessingException {
        Grammar grammar = Grammar.jsonSchema("{}");
        var brackets = new Writer(grammar, Writer.vocabulary("[[", "{\"a\":["), random);
        assertThat(brackets.accepts("[".repeat(60) + "]".repeat(60))).isTrue();
        assertThat(brackets.accepts("[".repeat(70) + "]".repeat(70))).isFalse();
        for (int tokens : new int[] {1, 2, 10, 100, 1_500}) {
            STRICT.readTree(brackets.write(tokens, true));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"integer\"} ; -12 ; true",
                "{\"type\":\"integer\"} ; 012 ; false",
                "{\"type\":\"integer\"} ; 1.0 ; false",
                "{\"type\":\"number\"} ; -0.5e+10 ; true",
                "{\"type\":\"string\",\"maxLength\":2} ; \"😀\\n\" ; true",
                "{\"type\":\"string\",\"maxLength\":2} ; \"abc\" ; false",
                "{\"type\":\"string\"} ; \"\\ud83d\" ; false",
                "{\"type\":\"string\"} ; \"\\u0007\" ; true",
                "{\"type\":\"string\",\"pattern\":\"^\\\\s$\"} ; \"\\t\" ; true",
                "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":2} ; [null, null,null] ; true",
                "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":2} ; [null] ; false",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}} ; {\"b\": 2} ; true",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}} ; {\"a\":1, \"b\":2} ; true",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}} ; {\"b\":2,\"a\":1} ; false",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}} ; {} ; true",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}},\"required\":[\"b\"]} ; {} ; false",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}},\"required\":[\"b\"]} ; {,\"b\":2} ; false",
                "{\"type\":\"object\",\"additionalProperties\":false} ; {\"a\":1} ; false",
                "{\"type\":\"object\"} ; {\"a\":[1, {}], \"b\":\"\"} ; true",
                "{\"properties\":{\"a\":true}} ; {\"a\":[{}]} ; true",
                "true ; [{\"a\":null}] ; true",
                "{\"type\":[\"string\",\"null\"]} ; null ; true",
                "{\"type\":\"string\",\"enum\":[\"x\",1]} ; 1 ; false",
                "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]} ; 7 ; true",
            })
    void exactlyWhatTheSchemaDescribesCanBeWritten(String schema, String text, boolean allowed) {
        assertThat(new Writer(Grammar.jsonSchema(schema), Writer.PIECES, random).accepts(text))
                .isEqualTo(allowed);
    }

    @Test
    void alternativesAreToldApartByTypeByValueOrByAProperty() {
        Grammar.jsonSchema("""
                {"oneOf": [
                  {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}},
                  {"$ref": "#/$defs/square"},
                  {"enum": ["none", "all"]},
                  {"const": "some"},
                  {"type": ["array", "null"]}],
                 "$defs": {"square": {"type": "object", "required": ["side", "kind"],
                   "properties": {"side": {"type": "number"}, "kind": {"enum": ["square", "box"]}}}}}
                """);
        for (String same : new String[] {
            "[{\"type\":\"number\"},{\"type\":\"integer\"}]",
            "[{\"const\":1},{\"const\":1.0}]",
            "[{\"type\":\"object\"},{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1}}}]",
            "[{\"properties\":{\"a\":{\"const\":1}}},{\"type\":\"string\"}]",
            "[{\"type\":\"string\"},{\"enum\":[1,\"a\"]}]"
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Grammar.jsonSchema("{\"oneOf\":" + same + "}"))
                    .withMessageContaining("write anyOf");
        }
    }

    /** A hundred ways to refer to itself, eight deep, would be 10^16 alternatives. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void alternativesThatMultiplyAreRefusedRatherThanCounted() {
        String ways = String.join(",", Collections.nCopies(100, "{\"$ref\":\"#/$defs/a\"}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.jsonSchema(
                        "{\"oneOf\":[{\"$ref\":\"#/$defs/a\"},{\"type\":\"string\"}],\"$defs\":{\"a\":{\"anyOf\":["
                                + ways + "]}}}"))
                .withMessageContaining("write anyOf");
    }

    /** Forty rules, each of which is one of two ways to the next: 2^40 ways to read the first letter. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void waysThatMultiplyFailTheRequestRatherThanTheHeap() {
        var schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
        for (int i = 0; i < 40; i++) {
            String next = "{\"$ref\":\"#/$defs/a" + (i + 1) + "\"}";
            schema.append("\"a" + i + "\":{\"anyOf\":[" + next + "," + next + "]},");
        }
        schema.append("\"a40\":{\"type\":\"string\"}}}");
        String array = "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/a0\"},"
                + schema.substring(schema.indexOf("\"$defs\""));
        var constraint = new TokenConstraint(Grammar.jsonSchema(array), Writer.PIECES, Set.of(Writer.END));
        var guide = new Guide(constraint, 100);
        assertThatIllegalStateException().isThrownBy(guide::allowed).withMessageContaining("too ambiguous");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{ ; line 1",
                "{\"type\":\"string\"} x ; not JSON",
                "{\"type\":\"string\",\"type\":\"null\"} ; Duplicate",
                "[] ; write a JSON object",
                "false ; allows nothing",
                "{\"type\":\"text\"} ; has the type \"text\": write one or some of [object,",
                "{\"type\":[]} ; no type in its list",
                "{\"type\":\"integer\",\"minimum\":3} ; \"minimum\", which is not supported here: leave it out and check",
                "{\"type\":\"string\",\"format\":\"date\"} ; write the format as a pattern",
                "{\"allOf\":[]} ; write what all say into one schema",
                "{\"not\":{}} ; has \"not\"",
                "{\"type\":\"object\",\"patternProperties\":{}} ; has \"patternProperties\"",
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}} ; declare each property",
                "{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":true} ; declare each property",
                "{\"type\":\"object\",\"required\":[\"a\"]} ; requires [a], which properties does not declare",
                "{\"type\":\"object\",\"required\":\"a\"} ; no list of names",
                "{\"type\":\"object\",\"properties\":[]} ; properties that are no object",
                "{\"type\":\"object\",\"properties\":{\"a\":3}} ; at #/properties/a is 3, which is no schema",
                "{\"type\":\"array\",\"items\":{\"type\":\"x\"}} ; at #/items has the type",
                "{\"type\":\"array\",\"minItems\":3,\"maxItems\":2} ; minItems 3 above maxItems 2",
                "{\"type\":\"array\",\"maxItems\":-1} ; maxItems -1: write a whole number from 0",
                "{\"type\":\"string\",\"maxLength\":1000000} ; write a whole number from 0 to 10000",
                "{\"type\":\"string\",\"pattern\":\"(\"} ; at # has a pattern: the regular expression ( is refused",
                "{\"type\":\"string\",\"pattern\":\"a\",\"minLength\":2} ; write the length into the pattern",
                "{\"enum\":[]} ; no list of values",
                "{\"type\":\"string\",\"enum\":[1]} ; make type and enum agree",
                "{\"anyOf\":[]} ; at least one schema",
                "{\"anyOf\":[true],\"type\":\"string\"} ; has \"type\"",
                "{\"$ref\":\"other.json\"} ; copy what is meant to $defs",
                "{\"$ref\":\"#/$defs/x\"} ; referred to but not there",
                "{\"$ref\":\"#nonsense\"} ; referred to but not there",
                "{\"$ref\":\"#\"} ; refers to itself",
                "{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}}} ; refers to itself",
                "{\"minItems\":1,\"minLength\":1} ; add the type that is meant",
                "{\"const\":\"\\ud800\"} ; half of a surrogate pair",
            })
    void whatIsNotSupportedIsRefusedWithItsPlaceAndARemedy(String schema, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.jsonSchema(schema))
                .withMessageContaining(message);
    }

    @Test
    void whatIsNoJsonIsRefusedWithItsPlaceAndWithoutTheParsersOwnBusiness() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.jsonSchema("{\"type\": \"string\""))
                .withMessageStartingWith("the schema is not JSON that can be read at line 1, column 18: ")
                .withMessageContaining("(start marker at line: 1, column: 1)")
                .withMessageNotContaining("Source");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "3 ; is 3, which is no schema",
                "[] ; is [], which is no schema",
                "'' ; is empty, which is no schema",
                "{\"items\":7} ; at #/items is 7, which is no schema",
            })
    void whatIsNoSchemaIsShown(String schema, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.jsonSchema(schema))
                .withMessageContaining(message);
    }

    @Test
    void whatCanNeverBeCompleteIsRefusedWhenItIsToBeWritten() {
        String endless = "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}";
        var constraint = new TokenConstraint(Grammar.jsonSchema(endless), Writer.PIECES, Set.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Guide(constraint, 1_000))
                .withMessageContaining("can't be met");
    }

    @Test
    void deepNestingIsRefusedAndNotAnOverflow() {
        for (String schema : new String[] {
            "{\"items\":".repeat(20_000), "[".repeat(50_000), "{\"items\":".repeat(99) + "true" + "}".repeat(99)
        }) {
            try {
                Grammar.jsonSchema(schema);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("nesting depth");
            }
        }
    }

    @Test
    void ambiguousRecursionEndsInAnErrorOrAText() throws JsonProcessingException {
        String list = "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}";
        String schema =
                "{\"anyOf\":[" + list + "," + list.replace("}}", "},\"minItems\":0}") + ",{\"type\":\"null\"}]}";
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            var writer = new Writer(Grammar.jsonSchema(schema), Writer.PIECES, random);
            for (int tokens : new int[] {1, 5, 30, 200}) {
                assertThat(faults(schema, writer.write(tokens, true))).isEmpty();
            }
        });
    }

    @Test
    void malformedSchemasAreRefusedOrUnderstoodAndNothingElse() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(90), () -> {
            int refused = 0;
            for (int round = 0; round < 5_000; round++) {
                String schema = damaged(randomSchema(3, true).toString());
                try {
                    Grammar.jsonSchema(schema);
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageContaining("the schema ").hasMessageContaining(": ");
                    refused++;
                }
            }
            assertThat(refused).isBetween(1_000, 4_990);
        });
    }

    private String damaged(String schema) {
        var text = new StringBuilder(schema);
        String[] parts = {
            "{", "}", "[", "]", "\"", ",", ":", "null", "-1", "\"$ref\":\"#\",", "\"type\":\"string\",", "é", "\\"
        };
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            int at = random.nextInt(text.length() + 1);
            if (random.nextBoolean() && at < text.length()) {
                text.deleteCharAt(at);
            } else {
                text.insert(at, parts[random.nextInt(parts.length)]);
            }
        }
        return text.toString();
    }
}
