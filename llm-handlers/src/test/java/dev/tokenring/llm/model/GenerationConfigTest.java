package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder's {@code generation_config.json} becomes the options that its makers meant. */
class GenerationConfigTest {
    @TempDir
    Path folder;

    private GenerationOptions defaults(String json) throws IOException {
        new TinyModel(1).write(folder);
        Files.writeString(folder.resolve("generation_config.json"), json);
        return ModelFolder.open(folder).defaults();
    }

    @Test
    void everyWayToSampleArrives() throws IOException {
        GenerationOptions options = defaults("""
                {"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.05,
                  "repetition_penalty": 1.1, "max_new_tokens": 99, "eos_token_id": [3, 256], "pad_token_id": 0}""");

        assertThat(options.temperature()).isEqualTo(0.6);
        assertThat(options.topK()).isEqualTo(20);
        assertThat(options.topP()).isEqualTo(0.95);
        assertThat(options.minP()).isEqualTo(0.05);
        assertThat(options.penalties().repetition()).isEqualTo(1.1);
        assertThat(options.maxTokens()).isEqualTo(99);
        assertThat(options.endTokens()).containsExactlyInAnyOrder(3, 256);
    }

    @Test
    void whatIsNotSampledIsGreedyButMayBePenalised() throws IOException {
        GenerationOptions options = defaults("""
                {"temperature": 0.6, "top_k": 20, "top_p": 0.9, "min_p": 0.1, "repetition_penalty": 1.3, "eos_token_id": 7}""");

        assertThat(options.temperature()).isZero();
        assertThat(options.topK()).isZero();
        assertThat(options.topP()).isEqualTo(1);
        assertThat(options.minP()).isZero();
        assertThat(options.penalties().repetition()).isEqualTo(1.3);
        assertThat(options.endTokens()).containsExactly(7);
    }

    @Test
    void anEndTokenThatTheModelCannotGenerateIsNone() throws IOException {
        assertThat(defaults("{\"eos_token_id\": [7, -1, 257]}").endTokens()).containsExactly(7);
        assertThat(defaults("{\"eos_token_id\": -1}").endTokens()).containsExactly(TinyModel.END);
    }

    @Test
    void nullsAreAsGoodAsNothing() throws IOException {
        GenerationOptions options = defaults("""
                {"do_sample": null, "temperature": null, "min_p": null, "repetition_penalty": null, "eos_token_id": null}""");

        assertThat(options).isEqualTo(GenerationOptions.GREEDY.withEndTokens(java.util.Set.of(TinyModel.END)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"do_sample\": true, \"temperature\": 1000} | temperature is 1000.0",
                "{\"do_sample\": true, \"top_p\": 1.5} | topP is 1.5",
                "{\"do_sample\": true, \"min_p\": 2} | minP is 2.0",
                "{\"repetition_penalty\": 0} | repetition is 0.0",
                "{\"repetition_penalty\": \"much\"} | repetition_penalty is \"much\"",
                "{\"eos_token_id\": [1, \"x\"]} | eos_token_id is [1,\"x\"]",
            })
    void whatIsOutOfRangeIsNamedWithItsFile(String json, String what) {
        assertThatThrownBy(() -> defaults(json))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("generation_config.json: " + what);
    }
}
