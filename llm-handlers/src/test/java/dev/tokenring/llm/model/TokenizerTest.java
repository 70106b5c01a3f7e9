package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.TinyLlama;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.WordTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text begins as the model was trained to find it, and comes back as it was. */
class TokenizerTest {
    @TempDir
    Path folder;

    private void withWords(String config, Consumer<Tokenizer> test) throws IOException {
        new TinyLlama("llama", 1).set("vocab_size", 300).write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), WordTokenizer.json().toString());
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        try (Tokenizer tokenizer = ModelFolder.open(folder).loadTokenizer()) {
            test.accept(tokenizer);
        }
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    @Test
    void aTextBeginsWithTheBeginOfTextOnceAndDoesNotEnd() throws IOException {
        withWords("{}", tokenizer -> {
            int[] bare = tokenizer.encode("the cat");
            assertThat(bare).doesNotContain(WordTokenizer.BEGIN, WordTokenizer.END);
            List<Integer> begun = new ArrayList<>(List.of(WordTokenizer.BEGIN));
            begun.addAll(list(bare));
            assertThat(list(tokenizer.encodeFromBeginning("the cat"))).isEqualTo(begun);
            assertThat(list(tokenizer.encodeFromBeginning("<s>the cat"))).isEqualTo(begun);
            assertThat(list(tokenizer.encode("<s>the cat"))).isEqualTo(begun);
            assertThat(tokenizer.encodeFromBeginning("")).containsExactly(WordTokenizer.BEGIN);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"add_bos_token\": true, \"bos_token\": \"</s>\"}",
                "{\"add_bos_token\": true, \"bos_token\": {\"content\": \"</s>\"}}"
            })
    void theConfigurationChoosesWhatATextBeginsWith(String config) throws IOException {
        withWords(config, tokenizer -> assertThat(tokenizer.encodeFromBeginning("the"))
                .hasSize(2)
                .startsWith(WordTokenizer.END));
    }

    @Test
    void theConfigurationMaySwitchTheBeginningOff() throws IOException {
        withWords(
                "{\"add_bos_token\": false, \"bos_token\": \"<s>\"}",
                tokenizer -> assertThat(tokenizer.encodeFromBeginning("the")).hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"add_bos_token\": true}",
                "{\"add_bos_token\": true, \"bos_token\": \"[CLS]\"}",
                "{\"add_bos_token\": true, \"bos_token\": null}"
            })
    void aBeginningThatIsNoTokenIsRefused(String config) {
        assertThatThrownBy(() -> withWords(config, tokenizer -> {}))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tokenizer_config.json: add_bos_token is true, but bos_token is");
    }

    @Test
    void aVocabularyOfBytesPutsNothingBeforeAText() {
        new TinyModel(1).write(folder);
        try (Tokenizer tokenizer = ModelFolder.open(folder).loadTokenizer()) {
            assertThat(tokenizer.encodeFromBeginning("the")).containsExactly('t', 'h', 'e');
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"the cat sat", "a  b", "é€😀", "the\ncat\n\n sat", "<b>", "ba</sb"})
    void textComesBackAsItWas(String text) throws IOException {
        withWords("{}", tokenizer -> {
            assertThat(tokenizer.decode(list(tokenizer.encode(text)))).isEqualTo(text);
            assertThat(tokenizer.decode(list(tokenizer.encodeFromBeginning(text))))
                    .isEqualTo(text);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"the <s> cat", "<s>", "</s></s>the", "a<s>b", "<s>\n</s> "})
    void aSpecialTokenThatSomebodyTypesStaysTextAndGetsNoSpace(String text) throws IOException {
        withWords("{}", tokenizer -> {
            int[] ids = tokenizer.encode(tokenizer.neutralise(text));
            assertThat(ids).doesNotContain(WordTokenizer.BEGIN, WordTokenizer.END);
            assertThat(tokenizer.decode(list(ids))).isEqualTo(text);
        });
    }
}
