package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Text that users type, with the house model's tokenizer and with one that has awkward special tokens as well. */
class NeutralTextTest {
    private static final Path FOLDER = Path.of("../examples/models/house-dialogue");
    private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|user|>", "<|agent|>");

    private static int[] typed(Tokenizer tokenizer, String text) {
        return tokenizer.encode(tokenizer.neutralise(text));
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    @Test
    void ordinaryTextIsTokenizedTheSameAndNothingBecomesSpecial() {
        try (Tokenizer tokenizer = ModelFolder.open(FOLDER).loadTokenizer()) {
            var random = new Random(8);
            List<String> parts = List.of(
                    "<|", "|>", "<", "|", ">", "user", "agent", "endoftext", "a table", " ", "\n", "ü", "🚌", "\uFDD0");
            for (int round = 0; round < 2000; round++) {
                var text = new StringBuilder();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    text.append(parts.get(random.nextInt(parts.size())));
                    if (random.nextInt(6) == 0) {
                        text.append(SPECIAL.get(random.nextInt(SPECIAL.size())));
                    }
                }
                String typed = text.toString();
                String meant = typed.replace("\uFDD0", "");

                int[] ids = typed(tokenizer, typed);

                assertThat(list(ids)).as(typed).doesNotContain(0, 1, 2);
                assertThat(tokenizer.decode(list(ids))).isEqualTo(meant);
                if (SPECIAL.stream().noneMatch(meant::contains)) {
                    assertThat(ids).as(typed).isEqualTo(tokenizer.encode(meant));
                }
            }
        }
    }

    @Test
    void tokensThatOverlapThemselvesOrBeginWithASurrogateAreBrokenToo(@TempDir Path folder) throws IOException {
        try (Tokenizer tokenizer = load(folder, "||A||", "aa", "🚌stop")) {
            for (String text : List.of("||A||A||A||", "aaaaa", "baab", "🚌stop🚌stop", "a||A||aa🚌🚌stop")) {
                List<Integer> ids = list(typed(tokenizer, text));

                assertThat(ids).as(text).allMatch(id -> id > 2 && id < 4096);
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
            }
            assertThat(tokenizer.encode("||A||aa🚌stop"))
                    .as("they are special where they are meant")
                    .containsExactly(4096, 4097, 4098);
        }
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void tokensThatNoTextHasAreNotLookedFor(@TempDir Path folder) throws IOException {
        try (Tokenizer tokenizer = load(folder, "ab", "\uFDD0b")) {
            List<Integer> ids = list(typed(tokenizer, "ab"));
            assertThat(ids).doesNotContain(4096, 4097);
            assertThat(tokenizer.decode(ids)).isEqualTo("ab");
        }
    }

    @Test
    void whatAModelThoughtStaysItsOwnTokens(@TempDir Path folder) throws IOException {
        Path file = withSpecialTokens(folder, "<stop>", "<think>");
        Files.writeString(
                file, Files.readString(file).replaceFirst("(\"content\":\"<think>\"[^}]*\"special\":)true", "$1false"));
        try (Tokenizer tokenizer =
                Tokenizer.load(file, 4096, JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")))) {
            String said = "<think><stop>";
            assertThat(tokenizer.encode(said)).containsExactly(4097, 4096);
            assertThat(tokenizer.encode(tokenizer.neutraliseSpecial(said)))
                    .startsWith(4097)
                    .doesNotContain(4096);
            assertThat(tokenizer.encode(tokenizer.neutralise(said))).doesNotContain(4096, 4097);
        }
    }

    private static Tokenizer load(Path folder, String... tokens) throws IOException {
        return Tokenizer.load(
                withSpecialTokens(folder, tokens),
                4096,
                JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")));
    }

    private static Path withSpecialTokens(Path folder, String... tokens) throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(FOLDER.resolve("tokenizer.json")))
                .getAsJsonObject();
        int id = 4096;
        for (String token : tokens) {
            JsonObject added =
                    json.getAsJsonArray("added_tokens").get(0).getAsJsonObject().deepCopy();
            added.addProperty("id", id++);
            added.addProperty("content", token);
            json.getAsJsonArray("added_tokens").add(added);
        }
        return Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    }
}
