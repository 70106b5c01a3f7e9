package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of the tokens, put together, are the text that the tokenizer makes of them. */
class TokenBytesTest {
    private static final Path SHARED = Path.of(System.getProperty("tokenring.shared", "../../shared"));

    private static String text(Vocabulary vocabulary, Iterable<Integer> ids) {
        var bytes = new ByteArrayOutputStream();
        ids.forEach(id -> bytes.writeBytes(vocabulary.bytes(id)));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Byte-level BPE, and SentencePiece's with bytes to fall back to. */
    @ParameterizedTest
    @ValueSource(strings = {"house-dialogue", "stories260k"})
    void areWhatTheTokenizerDecodes(String name) throws Exception {
        Path file = SHARED.resolve("models").resolve(name).resolve("tokenizer.json");
        assumeTrue(Files.exists(file), file + " is not there");
        var json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        int size = json.getAsJsonObject("model").getAsJsonObject("vocab").size();
        var random = new Random(8);
        try (Tokenizer tokenizer =
                Tokenizer.load(file, size, JsonFile.readIfPresent(file.resolveSibling("tokenizer_config.json")))) {
            Vocabulary vocabulary = tokenizer.vocabulary();
            assertThat(vocabulary.size()).isEqualTo(size);
            for (String text : List.of("a", " two  words", "naïve 漢字 👩‍👧", "tab\t\n{\"a\": [1, -2.5e3]}", "don't")) {
                List<Integer> ids =
                        IntStream.of(tokenizer.encode("x" + text)).boxed().toList();
                assertThat(text(vocabulary, ids).strip()).isEqualTo("x" + text.stripTrailing());
            }
            for (int round = 0; round < 300; round++) {
                List<Integer> ids = new ArrayList<>(List.of(tokenizer.encode("x")[0]));
                for (int i = random.nextInt(10); i >= 0; i--) {
                    ids.add(random.nextInt(size));
                }
                // what is no UTF-8 is replaced in more than one way
                String text = text(vocabulary, ids);
                if (!text.contains("\uFFFD")) {
                    assertThat(tokenizer.decode(ids).stripLeading()).isEqualTo(text.stripLeading());
                }
            }
        }
    }

    /** Characters cut in two, special tokens and ids that nobody has included. */
    @Test
    void ofAByteLevelDecoderAreTheTextToTheLastByte() throws Exception {
        Path file = Path.of("../examples/models/house-dialogue/tokenizer.json");
        var json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        assertThat(TokenBytes.areWholeText(json)).isTrue();
        int size = json.getAsJsonObject("model").getAsJsonObject("vocab").size();
        var random = new Random(9);
        try (Tokenizer tokenizer =
                Tokenizer.load(file, size, JsonFile.readIfPresent(file.resolveSibling("tokenizer_config.json")))) {
            for (int round = 0; round < 5000; round++) {
                // the first few hundred are single bytes
                int most = round % 2 == 0 ? 280 : size + 3;
                List<Integer> ids =
                        random.ints(1 + random.nextInt(12), 0, most).boxed().toList();
                assertThat(tokenizer.decode(ids)).as("%s", ids).isEqualTo(tokenizer.decodeNatively(ids));
            }
        }
    }

    /** The library gives an added token an id of its own where there is a hole before it, or the vocabulary has its text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": 4100, \"content\": \"<hole>\"}",
                "{\"id\": 4096, \"content\": \"the\"}",
                "{\"id\": 4096, \"content\": \"\"}, {\"id\": 4097, \"content\": \"<after nothing>\"}",
                "{\"id\": 4096, \"content\": \"<a>\"}, {\"id\": 4097, \"content\": \"<beyond the model>\"}"
            })
    void ofAddedTokensThatAreNotWhereTheySayAreForTheLibraryToTell(String added, @TempDir Path folder)
            throws Exception {
        var json = JsonParser.parseString(Files.readString(Path.of("../examples/models/house-dialogue/tokenizer.json")))
                .getAsJsonObject();
        for (JsonElement one : JsonParser.parseString("[" + added + "]").getAsJsonArray()) {
            JsonObject token = one.getAsJsonObject();
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized", "special")) {
                token.addProperty(flag, false);
            }
            json.getAsJsonArray("added_tokens").add(token);
        }
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        int size = added.contains("beyond") ? 4097 : 4104;
        try (Tokenizer tokenizer =
                Tokenizer.load(file, size, JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")))) {
            for (int id = 0; id < 4110; id++) {
                List<Integer> ids = List.of(1000, id, 1001);
                assertThat(tokenizer.decode(ids)).as("%s", ids).isEqualTo(tokenizer.decodeNatively(ids));
            }
        }
    }

    @Test
    void specialTokensAreNoTextAndOtherAddedOnesAreTheirs() {
        String json = """
                {"model": {"vocab": {"\u0120a": 0, "<s>": 1, "\u00e3": 2}},
                 "decoder": {"type": "ByteLevel"},
                 "added_tokens": [{"id": 1, "content": "<s>", "special": true},
                                  {"id": 3, "content": "  tab", "special": false},
                                  {"id": 99, "content": "beyond", "special": false}]}
                """;
        var vocabulary =
                new Vocabulary(TokenBytes.read(JsonParser.parseString(json).getAsJsonObject(), 5));
        assertThat(vocabulary.bytes(0)).containsExactly(' ', 'a');
        assertThat(vocabulary.bytes(1)).isEmpty();
        assertThat(vocabulary.bytes(2)).containsExactly(0xe3);
        assertThat(vocabulary.bytes(3)).isEqualTo("  tab".getBytes(StandardCharsets.UTF_8));
        assertThat(vocabulary.bytes(4)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"WordPiece\"}",
                "null",
                "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"CTC\"}]}",
                "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a\"}, \"content\": \"b\"}]}"
            })
    void aDecoderOfAnUnknownKindIsNotGuessedAt(String decoder) {
        String json = "{\"model\": {\"vocab\": {\"a\": 0}}, \"decoder\": " + decoder + "}";
        assertThat(TokenBytes.read(JsonParser.parseString(json).getAsJsonObject(), 1))
                .isNull();
    }

    @Test
    void theTrieLeadsToEachTokenOnce() {
        List<byte[]> bytesById = new ArrayList<>();
        var random = new Random(2);
        for (int id = 0; id < 500; id++) {
            byte[] bytes = new byte[random.nextInt(5)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (random.nextInt(4) * 80);
            }
            bytesById.add(bytes);
        }
        var vocabulary = new Vocabulary(bytesById);
        var seen = new ArrayList<Integer>();
        byte[] path = new byte[vocabulary.longest()];
        for (int node = 0; node < vocabulary.nodes(); node++) {
            int depth = vocabulary.depth(node);
            path[depth - 1] = (byte) vocabulary.lastByte(node);
            for (int id : vocabulary.ids(node)) {
                assertThat(Arrays.copyOf(path, depth)).isEqualTo(bytesById.get(id));
                seen.add(id);
            }
            int behind = vocabulary.behind(node);
            for (int below = node + 1; below < behind; below++) {
                assertThat(vocabulary.depth(below)).isGreaterThan(depth);
            }
            assertThat(behind == vocabulary.nodes() || vocabulary.depth(behind) <= depth)
                    .isTrue();
        }
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 500)
                        .filter(id -> bytesById.get(id).length > 0)
                        .boxed()
                        .toList());
    }
}
