package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real model under a constraint keeps it, with every length and way of sampling. */
class ConstrainedTest {
    private static final String BOOKING = """
            {"type": "object", "additionalProperties": false, "required": ["name", "guests", "when"],
             "properties": {
               "name": {"type": "string", "minLength": 1, "maxLength": 20},
               "guests": {"type": "integer"},
               "when": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
               "wishes": {"type": "array", "items": {"enum": ["window", "quiet", "terrace"]}, "maxItems": 3}}}
            """;

    private static LanguageModel model;
    private static int[] prompt;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER);
        prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two tonight")), 100);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Generation generate(GenerationOptions options) {
        var text = new StringBuilder();
        Generation whole = model.generate(prompt, options, piece -> text.append(piece.text()), () -> false);
        assertThat(whole.text()).isEqualTo(text.toString());
        return whole;
    }

    private static GenerationOptions constrained(OutputConstraint constraint) {
        return model.defaults().withTemperature(0).withMaxTokens(80).withConstraint(constraint);
    }

    @ParameterizedTest
    @CsvSource({"0, 80", "0.7, 80", "5, 80", "5, 50", "100, 60"})
    void jsonIsValid(double temperature, int maxTokens) throws JsonProcessingException {
        for (int seed = 0; seed < 4; seed++) {
            Generation whole = generate(constrained(OutputConstraint.jsonSchema(BOOKING))
                    .withTemperature(temperature)
                    .withMaxTokens(maxTokens)
                    .withSeed(seed));
            JsonNode booking = new ObjectMapper().readTree(whole.text());
            assertThat(booking.get("name").asText()).isNotEmpty();
            assertThat(booking.get("guests").isIntegralNumber()).isTrue();
            assertThat(booking.get("when").asText()).matches("[0-2][0-9]:[0-5][0-9]");
            assertThat(whole.tokenIds().size()).isLessThanOrEqualTo(maxTokens);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?:Yes|No), .{10,60}[.!]", "[A-Z][a-z]+(?: [a-z]+){3,8}\\.", "\\d{3}-\\d{4}", "é😀+"})
    void textMatches(String regex) {
        for (double temperature : new double[] {0, 0.7, 3}) {
            Generation whole =
                    generate(constrained(OutputConstraint.regex(regex)).withTemperature(temperature));
            assertThat(whole.text()).matches(regex);
        }
    }

    @Test
    void whatCanOnlyEndEndsWithoutAnotherStep() {
        Generation whole = generate(constrained(OutputConstraint.regex("(?:Yes|No)")));
        assertThat(whole.text()).isIn("Yes", "No");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.tokenIds())
                .doesNotContainAnyElementsOf(model.defaults().endTokens());

        Generation none = generate(constrained(OutputConstraint.regex("")));
        assertThat(none.text()).isEmpty();
        assertThat(none.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(none.tokenIds()).isEmpty();
    }

    @Test
    void aTextThatMayEndOrGoOnIsEndedByTheModel() {
        Generation whole = generate(constrained(OutputConstraint.regex("[^\\n]*")));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.text()).isEqualTo(generate(constrained(null)).text());
    }

    @Test
    void withoutAnEndTokenTheLimitEndsACompleteText() {
        Generation whole = generate(constrained(OutputConstraint.regex("(?:[a-z]{7} )*"))
                .withEndTokens(Set.of())
                .withMaxTokens(20));
        assertThat(whole.text()).matches("(?:[a-z]{7} )*");
    }

    @Test
    void theContextEndsACompleteText() {
        int[] longPrompt = new int[model.contextLength() - 30];
        Arrays.fill(longPrompt, 50);
        var options = constrained(OutputConstraint.jsonSchema("{\"items\": {\"type\": \"string\"}, \"minItems\": 2}"))
                .withTemperature(2)
                .withMaxTokens(1_000);
        for (int seed = 0; seed < 5; seed++) {
            Generation whole = model.generate(longPrompt, options.withSeed(seed), piece -> {}, () -> false);
            assertThat(whole.text()).startsWith("[\"").endsWith("\"]");
        }
    }

    @Test
    void tooFewTokensAreRefusedWithTheNumberNeeded() {
        GenerationOptions options = constrained(OutputConstraint.regex("(?:zq){20}"));
        var needed = new ArrayList<Integer>();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(options.withMaxTokens(5)))
                .withMessageContaining("with 5 tokens")
                .satisfies(e -> needed.add(
                        Integer.valueOf(e.getMessage().replaceAll("(?s).*raise maxTokens to (\\d+) or more.*", "$1"))));
        assertThat(generate(options.withMaxTokens(needed.get(0))).text()).isEqualTo("zq".repeat(20));
    }

    @Test
    void aSeedGivesOneTextAndPenaltiesAndBiasWorkWithin() {
        GenerationOptions options = constrained(OutputConstraint.jsonSchema(BOOKING))
                .withTemperature(1)
                .withTopP(0.9)
                .withPenalties(new Penalties(1.2, 0.1, 0.1))
                .withSeed(4);
        assertThat(generate(options).tokenIds()).isEqualTo(generate(options).tokenIds());
        int yes = model.tokenize("Yes")[0];
        int no = model.tokenize("No")[0];
        GenerationOptions answer = constrained(OutputConstraint.regex("Yes|No"));
        assertThat(generate(answer.withLogitBias(Map.of(no, 100.0))).text()).isEqualTo("No");
        assertThat(generate(answer.withLogitBias(Map.of(yes, 100.0))).text()).isEqualTo("Yes");
    }

    @Test
    void optionsAreCheckedWhereTheyAreMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutputConstraint.regex("a("))
                .withMessageContaining("character 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutputConstraint.jsonSchema("{\"minimum\": 3}"))
                .withMessageContaining("minimum");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationOptions.GREEDY
                        .withStopStrings(List.of("\n"))
                        .withConstraint(OutputConstraint.regex("a")))
                .withMessageContaining("stopStrings")
                .withMessageContaining("constraint");
        GenerationOptions options = GenerationOptions.GREEDY;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withMinP(1.5))
                .withMessageContaining("minP is 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withLogprobs(101))
                .withMessageContaining("logprobs is 101");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withSamples(0))
                .withMessageContaining("samples is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withLogitBias(Map.of(3, 101.0)))
                .withMessageContaining("token 3 is 101.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withLogitBias(Map.of(-3, 1.0)))
                .withMessageContaining("token id of 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Penalties.NONE.withRepetition(0))
                .withMessageContaining("repetition is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Penalties.NONE.withFrequency(Double.NaN))
                .withMessageContaining("frequency is NaN");
    }

    /** SentencePiece's vocabulary: the space before the first word is a token's own, and bytes without a token are numbers. */
    @Test
    void aLlamaKeepsItsConstraintsToo() throws JsonProcessingException {
        Path folder = Path.of(System.getProperty("tokenring.shared", "../../shared"), "models", "stories260k");
        assumeTrue(Files.isDirectory(folder), folder + " is not there");
        try (LanguageModel llama = LanguageModel.load(folder)) {
            int[] story = llama.tokenize("Once upon a time there was a girl named");
            for (String regex : new String[] {" [A-Z][a-z]{2,8}\\. .{5,40}\\.", "[A-Z][a-z]+ \\(漢字|😀\\)", " ?\\d+"}) {
                for (int seed = 0; seed < 5; seed++) {
                    GenerationOptions options = llama.defaults()
                            .withTemperature(seed)
                            .withSeed(seed)
                            .withMaxTokens(50)
                            .withConstraint(OutputConstraint.regex(regex));
                    assertThat(llama.generate(story, options, piece -> {}, () -> false)
                                    .text())
                            .matches(regex);
                }
            }
            GenerationOptions json = llama.defaults()
                    .withTemperature(2)
                    .withMaxTokens(90)
                    .withConstraint(OutputConstraint.jsonSchema(BOOKING));
            new ObjectMapper()
                    .readTree(llama.generate(story, json, piece -> {}, () -> false)
                            .text());
        }
    }
}
