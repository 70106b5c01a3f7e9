package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.TinyLlama;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.WordTokenizer;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a vocabulary of bytes, text comes out in whole characters, and never a part of a stop string. */
class TextAssemblerTest {
    @TempDir
    static Path folder;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        new TinyModel(1).write(folder);
        tokenizer = ModelFolder.open(folder).loadTokenizer();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    /** What comes out for each byte, and at the end. */
    private static List<String> pieces(TextAssembler text, byte[] bytes) {
        var pieces = new ArrayList<String>();
        for (int i = 0; i < bytes.length && !text.isStopped(); i++) {
            pieces.add(text.add(bytes[i] & 0xff));
        }
        pieces.add(text.finish());
        return pieces;
    }

    private static List<String> pieces(String whole, String... stops) {
        return pieces(new TextAssembler(tokenizer::decode, List.of(stops)), whole.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void charactersOfSeveralTokensComeOutWhole() {
        assertThat(pieces("aé€😀b")).containsExactly("a", "", "é", "", "", "€", "", "", "", "😀", "b", "");
    }

    @Test
    void aFlagAndAFamilyComeOutWithoutLoss() {
        String joined = "🇩🇪👩‍👩‍👧 naïve 漢字";
        assertThat(String.join("", pieces(joined))).isEqualTo(joined);
        assertThat(pieces(joined)).noneMatch(piece -> piece.contains("\uFFFD"));
    }

    @Test
    void anUnfinishedCharacterAtTheEndIsReplaced() {
        var text = new TextAssembler(tokenizer::decode, List.of());
        assertThat(pieces(text, new byte[] {'a', (byte) 0xf0, (byte) 0x9f})).containsExactly("a", "", "", "\uFFFD");
    }

    @Test
    void aByteThatIsNoCharacterDoesNotHoldUpTheRest() {
        var text = new TextAssembler(tokenizer::decode, List.of());
        assertThat(pieces(text, new byte[] {(byte) 0x80, 'a', 'b'})).containsExactly("", "\uFFFDa", "b", "");
    }

    @Test
    void aLongRunOfBytesThatAreNoCharactersComesOutInTheEnd() {
        var text = new TextAssembler(tokenizer::decode, List.of());
        byte[] bytes = new byte[500];
        Arrays.fill(bytes, (byte) 0x80);
        assertThat(String.join("", pieces(text, bytes))).isEqualTo("\uFFFD".repeat(500));
    }

    @Test
    void specialTokensAreNoText() {
        var text = new TextAssembler(tokenizer::decode, List.of());
        assertThat(text.add('a') + text.add(TinyModel.END) + text.add('b') + text.finish())
                .isEqualTo("ab");
    }

    @Test
    void aStopStringOverSeveralTokensIsNeverSeen() {
        assertThat(pieces("say STOP now", "STOP")).containsExactly("s", "a", "y", " ", "", "", "", "", "");
    }

    @Test
    void whatOnlyBeganLikeAStopStringComesOut() {
        assertThat(pieces("a STxSTO", "STOP")).containsExactly("a", " ", "", "", "STx", "", "", "", "STO");
    }

    @Test
    void aStopStringOfLongCharactersIsFound() {
        assertThat(String.join("", pieces("so é😀! and more", "é😀!"))).isEqualTo("so ");
    }

    @Test
    void theStopStringThatBeginsFirstCounts() {
        assertThat(String.join("", pieces("xabcy", "bc", "abc"))).isEqualTo("x");
    }

    /** With a vocabulary of words, the first token's text depends on what stands before it. */
    @Test
    void textGoesOnFromThePromptWithItsSpaces(@TempDir Path words) throws IOException {
        new TinyLlama("llama", 1).set("vocab_size", 300).write(words);
        Files.writeString(words.resolve("tokenizer.json"), WordTokenizer.json().toString());
        try (Tokenizer ofWords = ModelFolder.open(words).loadTokenizer()) {
            int[] ids = ofWords.encodeFromBeginning("the cat sat  the 😀 é\n the cat");
            for (int cut = 1; cut <= ids.length; cut++) {
                int[] prompt = Arrays.copyOf(ids, cut);
                var text = new TextAssembler(ofWords::decode, List.of()).after(prompt);
                var pieces = new StringBuilder();
                for (int i = cut; i < ids.length; i++) {
                    pieces.append(text.add(ids[i]));
                }
                pieces.append(text.finish());
                String before = decode(ofWords, prompt);
                if (!before.endsWith("\uFFFD")) {
                    assertThat(before + pieces).as("after %s", cut).isEqualTo(decode(ofWords, ids));
                }
            }
        }
    }

    private static String decode(Tokenizer tokenizer, int[] ids) {
        return tokenizer.decode(Arrays.stream(ids).boxed().toList());
    }

    @Test
    void randomTextsAreCutWhereTheFirstStopStringIsComplete() {
        var random = new Random(5);
        int cut = 0;
        for (int round = 0; round < 1_500; round++) {
            String whole = randomText(random, 1 + random.nextInt(30));
            String[] stops = {randomText(random, 1 + random.nextInt(4)), randomText(random, 1 + random.nextInt(4))};
            String expected = cutAtFirst(whole, stops);
            cut += expected.equals(whole) ? 0 : 1;
            var so = new StringBuilder();
            for (String piece : pieces(whole, stops)) {
                so.append(piece);
                assertThat(expected).as("%s stopped by %s", whole, stops).startsWith(so.toString());
            }
            assertThat(so.toString()).isEqualTo(expected);
        }
        assertThat(cut).isBetween(100, 1_400);
    }

    private static String randomText(Random random, int characters) {
        String[] alphabet = {"a", "b", "é", "😀"};
        var text = new StringBuilder();
        for (int i = 0; i < characters; i++) {
            text.append(alphabet[random.nextInt(alphabet.length)]);
        }
        return text.toString();
    }

    private static String cutAtFirst(String whole, String... stops) {
        for (int end = 0; end <= whole.length(); end++) {
            int first = Integer.MAX_VALUE;
            for (String stop : stops) {
                int at = whole.substring(0, end).indexOf(stop);
                first = at >= 0 ? Math.min(first, at) : first;
            }
            if (first < Integer.MAX_VALUE) {
                return whole.substring(0, first);
            }
        }
        return whole;
    }
}
