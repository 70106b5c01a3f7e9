package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the house model's tokenizer, whose vocabulary is bytes and their merges: most foreign characters take several. */
class TextAssemblerTest {
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer =
                ModelFolder.open(Path.of("../examples/models/house-dialogue")).loadTokenizer();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static List<String> pieces(String text, String... stopStrings) {
        var assembler = new TextAssembler(tokenizer, List.of(stopStrings));
        var pieces = new ArrayList<String>();
        for (int id : tokenizer.encode(text)) {
            pieces.add(assembler.add(id));
            if (assembler.isStopped()) {
                return pieces;
            }
        }
        pieces.add(assembler.finish());
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a table for two",
                "Grüße aus Köln, naïve café",
                "日本語のテキスト",
                "🚌 bus 👩‍👩‍👧 family 🏳️‍🌈",
                " leading and trailing ",
                "\n\ttabs\n",
                "e\u0301 combining"
            })
    void wholeCharactersComeOutAndAllOfThem(String text) {
        List<String> pieces = pieces(text);

        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
        assertThat(pieces)
                .noneMatch(piece -> !piece.isEmpty() && Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
    }

    @Test
    void someCharactersHereDoTakeSeveralTokens() {
        assertThat(tokenizer.encode("🚌").length).isGreaterThan(1);
        assertThat(pieces("🚌")).contains("");
    }

    @Test
    void aCharacterThatIsNeverCompletedIsShownAsSuchAtTheEnd() {
        int[] ids = tokenizer.encode("🚌");
        var assembler = new TextAssembler(tokenizer, List.of());

        assertThat(assembler.add(ids[0])).isEmpty();
        assertThat(assembler.finish()).contains("\uFFFD");
    }

    @Test
    void aStopStringEndsTheTextBeforeItWhereverItsTokensBreak() {
        assertThat(String.join("", pieces("I would like a table. Thank you!", "table. Th")))
                .isEqualTo("I would like a ");
        assertThat(String.join("", pieces("I would like a table.", "."))).isEqualTo("I would like a table");
        assertThat(String.join("", pieces("abc", "a"))).isEmpty();
    }

    @Test
    void theEarliestOfSeveralStopStringsCounts() {
        assertThat(String.join("", pieces("one two three four", "four", "two"))).isEqualTo("one ");
    }

    @Test
    void whatOnlyLooksLikeAStopStringComesOutInTheEnd() {
        assertThat(String.join("", pieces("a needl and a needle", "needles"))).isEqualTo("a needl and a needle");
    }

    @Test
    void noPieceEverHoldsAPartOfAStopStringThatFollows() {
        var random = new Random(5);
        for (int round = 0; round < 300; round++) {
            String text = randomText(random, 30);
            String stop = randomText(random, 3);
            int at = text.indexOf(stop);
            String expected = at < 0 ? text : text.substring(0, at);

            assertThat(String.join("", pieces(text, stop)))
                    .as("%s | %s", text, stop)
                    .isEqualTo(expected);
        }
    }

    private static String randomText(Random random, int most) {
        var text = new StringBuilder();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            text.append("abü ".charAt(random.nextInt(4)));
        }
        return text.toString();
    }
}
