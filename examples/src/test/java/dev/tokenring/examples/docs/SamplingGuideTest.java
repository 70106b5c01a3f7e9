package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.OutputConstraint;
import dev.tokenring.llm.Penalties;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The snippets of the guide to sampling and constrained output. */
class SamplingGuideTest {
    private static LanguageModel model;
    private static int[] prompt;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(Path.of("models/house-dialogue"));
        prompt = model.chatPrompt(List.of(ChatMessage.user("Can I have a table for two at seven?")), 80);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void options() {
        // snippet
        GenerationOptions lively = model.defaults()
                .withTemperature(0.9)
                .withTopP(0.95)
                .withPenalties(Penalties.NONE.withRepetition(1.1))
                .withMaxTokens(48)
                .withSeed(7);
        // end
        Generation once = model.generate(prompt, lively, piece -> {}, () -> false);
        assertThat(once.text())
                .isEqualTo(
                        model.generate(prompt, lively, piece -> {}, () -> false).text());
        assertThat(once.text()).isNotEmpty();
    }

    @Test
    void regex() {
        // snippet
        GenerationOptions yesOrNo = model.defaults().withConstraint(OutputConstraint.regex("Yes|No"));
        Generation answer = model.generate(prompt, yesOrNo, piece -> {}, () -> false);
        // end
        assertThat(answer.text()).isIn("Yes", "No");
    }

    @Test
    void schema() {
        // snippet
        OutputConstraint booking = OutputConstraint.jsonSchema("""
                {"type": "object",
                 "properties": {
                   "name": {"type": "string", "maxLength": 20},
                   "guests": {"type": "integer"},
                   "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}},
                 "required": ["guests", "time"]}
                """);
        Generation json = model.generate(
                prompt, model.defaults().withConstraint(booking).withMaxTokens(80), piece -> {}, () -> false);
        // end
        assertThat(json.text())
                .matches("\\{(\"name\": ?\".*\", ?)?\"guests\": ?-?\\d+, ?\"time\": ?\"[0-2]\\d:[0-5]\\d\"\\}");
    }
}
