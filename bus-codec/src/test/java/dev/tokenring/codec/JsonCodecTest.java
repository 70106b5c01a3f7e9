package dev.tokenring.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
    /** The message that the field's examples use, as they print it. */
    private static final String PRINTED = """
            { "message_type": "NLPQuery", "query": "How to get started with LLMs?", "sender": "user1", \
            "timestamp": "2023-06-01 12:00:00" }""";

    record NlpQuery(String query, String sender, Instant timestamp) {}

    sealed interface Dialogue {
        record NlpQuery(String query, String sender, Instant timestamp) implements Dialogue {}

        @JsonTypeName("NLPResponse")
        record NlpResponse(String response, Instant timestamp) implements Dialogue {}
    }

    record Defaults(int count, boolean flag, String text, List<String> list) {}

    record Lenient(
            @Nullable String text,
            Optional<String> maybe,
            @Nullable Integer number) {}

    record Cased(String correlationId, String rawURL, int maxTokens) {}

    record Renamed(@JsonProperty("q") String query) {}

    record Formatted(
            @JsonFormat(pattern = "dd.MM.yyyy HH:mm", timezone = "UTC")
            Instant time) {}

    record At(Instant time) {}

    record Numbers(int small, long large, double real) {}

    record Even(int number) {
        Even {
            if (number % 2 != 0) {
                throw new IllegalArgumentException(number + " is odd");
            }
        }
    }

    record Tree(@Nullable Tree child) {}

    private static <T> T decode(Class<T> type, String json) {
        return JsonCodec.of(type).decode(json.getBytes(UTF_8));
    }

    private static <T> String encode(Class<T> type, T message) {
        return new String(JsonCodec.of(type).encode(message), UTF_8);
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(Class<?> type, String json) {
        return assertThatThrownBy(() -> decode(type, json)).isInstanceOf(CodecException.class);
    }

    @Test
    void theFieldsExampleDecodesAsPrintedIntoAPlainRecord() {
        assertThat(decode(NlpQuery.class, PRINTED))
                .isEqualTo(
                        new NlpQuery("How to get started with LLMs?", "user1", Instant.parse("2023-06-01T12:00:00Z")));
    }

    @Test
    void theFieldsExampleDecodesAsPrintedThroughTheSealedInterfaceAndAsItsMember() {
        var expected =
                new Dialogue.NlpQuery("How to get started with LLMs?", "user1", Instant.parse("2023-06-01T12:00:00Z"));
        assertThat(decode(Dialogue.class, PRINTED)).isEqualTo(expected);
        assertThat(decode(Dialogue.NlpQuery.class, PRINTED)).isEqualTo(expected);
    }

    @Test
    void familiesWriteTheSimpleNameOrTheAnnotatedOne() {
        assertThat(encode(Dialogue.class, new Dialogue.NlpQuery("q", "s", Instant.EPOCH)))
                .isEqualTo("""
                        {"message_type":"NlpQuery","query":"q","sender":"s","timestamp":"1970-01-01T00:00:00Z"}""");
        assertThat(encode(Dialogue.class, new Dialogue.NlpResponse("r", Instant.EPOCH)))
                .isEqualTo("""
                        {"message_type":"NLPResponse","response":"r","timestamp":"1970-01-01T00:00:00Z"}""");
    }

    @Test
    void aMemberWritesItsKindAlsoWhenItIsWrittenAsItself() {
        var query = new Dialogue.NlpQuery("q", "s", Instant.EPOCH);
        byte[] bytes = JsonCodec.of(Dialogue.NlpQuery.class).encode(query);
        assertThat(JsonCodec.of(Dialogue.class).decode(bytes)).isEqualTo(query);
    }

    @Test
    void aPlainRecordWritesNoKind() {
        assertThat(encode(Even.class, new Even(2))).isEqualTo("{\"number\":2}");
    }

    @Test
    void aMemberReadAsItselfNeedsNoKindButRefusesAnother() {
        assertThat(decode(Dialogue.NlpResponse.class, """
                {"response":"r","timestamp":"1970-01-01T00:00:00Z"}""")).isEqualTo(new Dialogue.NlpResponse("r", Instant.EPOCH));
        assertRefused(Dialogue.NlpResponse.class, PRINTED)
                .hasMessageContaining("NLPResponse")
                .hasMessageContaining("\"NLPQuery\"");
    }

    @Test
    void anUnknownKindNamesTheKnownOnes() {
        assertRefused(Dialogue.class, """
                {"message_type":"Gossip","query":"q"}""")
                .hasMessage("Cannot decode Dialogue at line 1, column 17: expected message_type to be one"
                        + " of [NLPResponse, NlpQuery], found \"Gossip\"; correct it, or add a record of that name to"
                        + " Dialogue");
    }

    @Test
    void aMissingKindNamesTheKnownOnes() {
        assertRefused(Dialogue.class, "{\"query\":\"q\"}")
                .hasMessageContaining("[NLPResponse, NlpQuery]")
                .hasMessageContaining("found none");
    }

    @Test
    void theKindMayStandAnywhere() {
        assertThat(decode(Dialogue.class, """
                {"response":"r","timestamp":"1970-01-01T00:00:00Z","message_type":"NLPResponse"}""")).isEqualTo(new Dialogue.NlpResponse("r", Instant.EPOCH));
    }

    @Test
    void unknownPropertiesAreIgnored() {
        assertThat(decode(Even.class, """
                {"number":2,"colour":{"deep":[1,2,{"x":null}]}}""")).isEqualTo(new Even(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"count", "flag", "text", "list"})
    void aMissingOrNullComponentIsRefusedByName(String component) {
        String full = "{\"count\":1,\"flag\":true,\"text\":\"t\",\"list\":[]}";
        assertThat(decode(Defaults.class, full)).isEqualTo(new Defaults(1, true, "t", List.of()));

        String missing = full.replace("\"" + component + "\"", "\"other\"");
        assertRefused(Defaults.class, missing)
                .hasMessageContaining("$." + component)
                .hasMessageContaining("found none");

        String isNull = full.replaceFirst("\"" + component + "\":[^,}]+", "\"" + component + "\":null");
        assertRefused(Defaults.class, isNull)
                .hasMessageContaining("$." + component)
                .hasMessageContaining("null");
    }

    @Test
    void nullableAndOptionalComponentsMayBeMissingOrNull() {
        var empty = new Lenient(null, Optional.empty(), null);
        assertThat(decode(Lenient.class, "{}")).isEqualTo(empty);
        assertThat(decode(Lenient.class, "{\"text\":null,\"maybe\":null,\"number\":null}"))
                .isEqualTo(empty);
        assertThat(decode(Lenient.class, encode(Lenient.class, empty))).isEqualTo(empty);
    }

    @Test
    @SuppressWarnings("NullAway") // the null is the point
    void whatCouldNotBeReadAgainIsNotWritten() {
        assertThatThrownBy(() -> encode(NlpQuery.class, new NlpQuery("q", null, Instant.EPOCH)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("$.sender")
                .hasMessageContaining("@Nullable");
    }

    @Test
    void componentsAnswerToCamelCaseAndSnakeCase() {
        var expected = new Cased("c", "u", 3);
        assertThat(decode(Cased.class, """
                {"correlationId":"c","rawURL":"u","maxTokens":3}""")).isEqualTo(expected);
        assertThat(decode(Cased.class, """
                {"correlation_id":"c","raw_url":"u","max_tokens":3}""")).isEqualTo(expected);
        assertThat(encode(Cased.class, expected)).contains("correlationId");
    }

    @Test
    void jacksonsOwnAnnotationsAreHonoured() {
        assertThat(encode(Renamed.class, new Renamed("x"))).isEqualTo("{\"q\":\"x\"}");
        assertThat(decode(Renamed.class, "{\"q\":\"x\"}")).isEqualTo(new Renamed("x"));
    }

    @ParameterizedTest
    @CsvSource({
        "2023-06-01 12:00:00, 2023-06-01T12:00:00Z",
        "2023-06-01 12:00:00.5, 2023-06-01T12:00:00.500Z",
        "2023-06-01 12:00:00.123456789, 2023-06-01T12:00:00.123456789Z",
        "2023-06-01T12:00:00Z, 2023-06-01T12:00:00Z",
        "2023-06-01t12:00:00z, 2023-06-01T12:00:00Z",
        "2023-06-01T12:00:00, 2023-06-01T12:00:00Z",
        "2023-06-01T12:00, 2023-06-01T12:00:00Z",
        "2023-06-01T12:00Z, 2023-06-01T12:00:00Z",
        "2023-06-01T12:00:00+02:00, 2023-06-01T10:00:00Z",
        "2023-06-01T12:00:00+0200, 2023-06-01T10:00:00Z",
        "2023-06-01T12:00:00-05, 2023-06-01T17:00:00Z",
        "2023-06-01 12:00:00+05:30, 2023-06-01T06:30:00Z",
        "'2023-06-01T12:00:00,25Z', 2023-06-01T12:00:00.250Z",
        "20230601T120000Z, 2023-06-01T12:00:00Z",
        "20230601T120000.5+0200, 2023-06-01T10:00:00.500Z",
        "20230601T1200, 2023-06-01T12:00:00Z",
        "-0044-03-15T12:00:00Z, -0044-03-15T12:00:00Z",
        "+1000000000-12-31T23:59:59.999999999Z, +1000000000-12-31T23:59:59.999999999Z"
    })
    void instantsAreReadInEveryIsoForm(String text, Instant expected) {
        assertThat(decode(At.class, "{\"time\":\"" + text + "\"}")).isEqualTo(new At(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"yesterday\"",
                "\"\"",
                "\"2023-06-01\"",
                "\"2023-02-30T12:00:00Z\"",
                "\"2023-06-01T25:00:00Z\"",
                "\"2023-06-0112:00:00Z\"",
                "1685620800",
                "1685620800.5",
                "[2023,6,1]",
                "true"
            })
    void whatIsNoInstantIsRefusedWithTheFormsThatAre(String value) {
        assertRefused(At.class, "{\"time\":" + value + "}")
                .hasMessageContaining("$.time")
                .hasMessageContaining("2023-06-01T12:00:00Z");
    }

    @Test
    void aFormatOfTheComponentsOwnIsKept() {
        var message = new Formatted(Instant.parse("2023-06-01T12:30:00Z"));
        assertThat(encode(Formatted.class, message)).isEqualTo("{\"time\":\"01.06.2023 12:30\"}");
        assertThat(decode(Formatted.class, "{\"time\":\"01.06.2023 12:30\"}")).isEqualTo(message);
        assertRefused(Formatted.class, "{\"time\":\"2023-06-01T12:30:00Z\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"small\":\"1\",\"large\":1,\"real\":1}",
                "{\"small\":\"\",\"large\":1,\"real\":1}",
                "{\"small\":1.5,\"large\":1,\"real\":1}",
                "{\"small\":2147483648,\"large\":1,\"real\":1}",
                "{\"small\":1,\"large\":9223372036854775808,\"real\":1}",
                "{\"small\":true,\"large\":1,\"real\":1}",
                "{\"small\":1,\"large\":1,\"real\":\"1\"}",
                "{\"small\":[1],\"large\":1,\"real\":1}"
            })
    void numbersAreNeitherBentNorCut(String json) {
        assertRefused(Numbers.class, json).hasMessageContaining("$.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.5", "true", "[]", "{}"})
    void whatIsNoStringIsNotMadeOne(String value) {
        assertRefused(Renamed.class, "{\"q\":" + value + "}").hasMessageContaining("$.q");
    }

    @Test
    void aRecordsOwnRefusalIsPassedOn() {
        assertRefused(Even.class, "{\"number\":3}").hasMessageContaining("3 is odd");
    }

    @Test
    void theSentenceSaysWhatWasExpectedFoundWhereAndTheRemedy() {
        assertRefused(NlpQuery.class, PRINTED.replace("2023-06-01 12:00:00", "noon"))
                .hasMessage(
                        "Cannot decode NlpQuery at line 1, column 105 ($.timestamp): expected a date and time such as"
                                + " 2023-06-01T12:00:00Z, 2023-06-01T14:00:00+02:00 or 2023-06-01 12:00:00 (UTC), found"
                                + " \"noon\"");
    }

    @Test
    void duplicateKeysAreRefused() {
        assertRefused(Even.class, "{\"number\":2,\"number\":4}").hasMessageContaining("number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"number\":2} x", "{\"number\":2}{\"number\":4}", "{\"number\":2}]", "{\"number\":2},"})
    void anythingAfterTheMessageIsRefused(String json) {
        assertRefused(Even.class, json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null", " ", "{", "{\"number\":", "\"text\"", "[]", "nonsense", "{'number':2}", "{number:2}"})
    void whatIsNoMessageIsRefused(String json) {
        assertRefused(Even.class, json);
    }

    @Test
    void deepNestingIsRefused() {
        int depth = 100_000;
        assertRefused(Tree.class, "{\"child\":".repeat(depth) + "null" + "}".repeat(depth))
                .hasMessageContaining("limit");
        assertRefused(Even.class, "{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + ",\"number\":2}")
                .hasMessageContaining("limit");
    }

    @Test
    void hugeNumbersAreRefused() {
        assertRefused(Numbers.class, "{\"small\":1,\"large\":" + "9".repeat(100_000) + ",\"real\":1}");
        assertRefused(Numbers.class, "{\"small\":1,\"large\":1e999999999,\"real\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "f8888080", "e28a", "80", "f5808080", "c3"})
    void invalidUtf8IsRefused(String hex) {
        byte[] invalid = java.util.HexFormat.of().parseHex(hex);
        byte[] head = "{\"q\":\"".getBytes(UTF_8);
        byte[] tail = "\"}".getBytes(UTF_8);
        byte[] bytes = new byte[head.length + invalid.length + tail.length];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(invalid, 0, bytes, head.length, invalid.length);
        System.arraycopy(tail, 0, bytes, head.length + invalid.length, tail.length);
        assertThatThrownBy(() -> JsonCodec.of(Renamed.class).decode(bytes)).isInstanceOf(CodecException.class);
    }

    @Test
    void aFamilyWithTwoMembersOfOneNameIsRefusedAtOnce() {
        assertThatThrownBy(() -> JsonCodec.of(Twins.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@JsonTypeName");
    }

    @Test
    void anEnumIsNoMemberOfAFamily() {
        assertThatThrownBy(() -> JsonCodec.of(WithEnum.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("record");
    }

    sealed interface Twins {
        record Left(int x) implements Twins {}

        final class Nest {
            private Nest() {}

            record LEFT(int y) implements Twins {}
        }
    }

    sealed interface WithEnum {
        enum Colour implements WithEnum {
            RED
        }
    }
}
