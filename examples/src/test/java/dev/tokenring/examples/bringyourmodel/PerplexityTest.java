package dev.tokenring.examples.bringyourmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.examples.bringyourmodel.Perplexity.Window;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tokens are scored, after which others, and what is made of the scores. */
class PerplexityTest {
    private static final int BOS = 0x10000;

    private final List<String> scored = new ArrayList<>();

    /** A character is a token, and costs as many nats as its code point says. */
    private Perplexity perplexity(int contextLength, boolean withBos, String... texts) throws IOException {
        var perplexity = new Perplexity(
                contextLength,
                text -> (withBos ? Character.toString(BOS) + text : text)
                        .codePoints()
                        .toArray(),
                id -> id == BOS ? "" : Character.toString(id),
                ids -> {
                    scored.add(new String(ids, 0, ids.length).replace(Character.toString(BOS), "^"));
                    double[] scores = new double[ids.length - 1];
                    Arrays.setAll(scores, i -> -ids[i + 1]);
                    return scores;
                });
        for (String text : texts) {
            perplexity.addAll(new BufferedReader(new StringReader(text)));
        }
        return perplexity;
    }

    @Test
    void windowsOverlapByHalfAndScoreEachTokenOnce() {
        assertThat(Perplexity.windows(14, 8))
                .containsExactly(new Window(0, 8, 1), new Window(4, 12, 8), new Window(8, 14, 12));
        assertThat(Perplexity.windows(8, 8)).containsExactly(new Window(0, 8, 1));
        assertThat(Perplexity.windows(9, 8)).containsExactly(new Window(0, 8, 1), new Window(4, 9, 8));
        for (int contextLength = 2; contextLength < 12; contextLength++) {
            for (int tokens = 1; tokens < 60; tokens++) {
                int next = 1;
                for (Window window : Perplexity.windows(tokens, contextLength)) {
                    assertThat(window.firstScored()).isEqualTo(next);
                    assertThat(window.end() - window.begin()).isBetween(1, contextLength);
                    assertThat(window.begin() == 0 || next - window.begin() == contextLength / 2)
                            .isTrue();
                    next = window.end();
                }
                assertThat(next).isEqualTo(tokens);
            }
        }
    }

    @Test
    void aBlankLineStartsADocument() throws IOException {
        perplexity(100, true, "one\ntwo\n\n \t\n\nthree\r\nfour\r\n\r\nfive");
        assertThat(scored).containsExactly("^one\ntwo", "^three\nfour", "^five");
    }

    @Test
    void aLongDocumentIsScoredInWindows() throws IOException {
        Perplexity result = perplexity(4, true, "abcdefg");
        assertThat(scored).containsExactly("^abc", "bcde", "defg");
        assertThat(result.tokens()).isEqualTo(7);
        assertThat(result.natsPerToken()).isEqualTo('d');
    }

    private static double bits(String scoredText) {
        return scoredText.codePoints().sum() / Math.log(2);
    }

    @Test
    void bitsAreSpreadOverTheBytesOfTheScoredTokens() throws IOException {
        // é takes two bytes; with a BOS all four characters are scored, without one all but the first.
        assertThat(perplexity(100, true, "aébc").bitsPerByte()).isCloseTo(bits("aébc") / 5, within(1e-12));
        assertThat(perplexity(100, false, "aébc").bitsPerByte()).isCloseTo(bits("ébc") / 4, within(1e-12));
        assertThat(perplexity(100, false, "éabc").bitsPerByte()).isCloseTo(bits("abc") / 3, within(1e-12));
    }

    @Test
    void aDocumentOfOneTokenHasNothingToScore() throws IOException {
        Perplexity result = perplexity(100, false, "a\n\nb\n\nxyz");
        assertThat(scored).containsExactly("xyz");
        assertThat(result.tokens()).isEqualTo(2);
        assertThat(result.table()).containsPattern("documents +3\n").containsPattern("bytes scored +2\n");
    }
}
