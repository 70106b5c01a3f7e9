package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How likely the house model finds a text. */
class ScoreTest {
    private static final Path DEV = Path.of("../../shared/data/dialogues/dev.txt.xz");

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aScoreIsTheLogarithmOfASoftmaxOfTheLogits() {
        int[] ids = model.tokenize("<|user|>I need a table for two.<|agent|>What time?<|user|>");

        double[] scores = model.score(ids);

        assertThat(scores).hasSize(ids.length - 1);
        for (int i = 0; i < scores.length; i++) {
            float[] logits = model.logits(Arrays.copyOf(ids, i + 1));
            double sum = IntStream.range(0, logits.length)
                    .mapToDouble(id -> Math.exp(logits[id]))
                    .sum();
            assertThat(scores[i]).isCloseTo(logits[ids[i + 1]] - Math.log(sum), within(1e-4));
        }
    }

    @Test
    void aTextMayFillTheContextAndNotMore() {
        int[] full = new int[model.contextLength()];
        assertThat(model.score(full)).hasSize(full.length - 1);
        assertThat(model.score(new int[] {5})).isEmpty();
        assertThatThrownBy(() -> model.score(new int[full.length + 1])).isInstanceOf(PromptTooLongException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> model.score(new int[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.score(new int[] {1, model.vocabularySize()}))
                .withMessageContaining("from 0 to 4095");
    }

    /** As the reference says it was measured: dialogues one after the other, each ended by 0, in windows side by side. */
    @Test
    void theLossOnDialoguesIsThatOfTheReference() throws Exception {
        assumeTrue(Files.exists(DEV), () -> "the dialogues are not here: " + DEV);
        var dev = JsonParser.parseString(Files.readString(HouseModel.FOLDER.resolve("reference.json")))
                .getAsJsonObject()
                .getAsJsonObject("dev");
        int windows = dev.get("first_windows").getAsInt();
        int size = dev.get("tokens_per_window").getAsInt();
        int[] ids = firstTokens(windows * size);

        double sum = IntStream.range(0, windows)
                .mapToObj(window -> model.score(Arrays.copyOfRange(ids, window * size, (window + 1) * size)))
                .flatMapToDouble(Arrays::stream)
                .sum();

        assertThat(-sum / (windows * (size - 1)))
                .isCloseTo(dev.get("nats_per_token").getAsDouble(), within(0.001));
    }

    private static int[] firstTokens(int count) throws IOException {
        Process xz = new ProcessBuilder("xz", "-dc", DEV.toString()).start();
        var ids = IntStream.builder();
        int found = 0;
        try (var lines = new BufferedReader(new InputStreamReader(xz.getInputStream(), StandardCharsets.UTF_8))) {
            var dialogue = new StringBuilder();
            String line = lines.readLine();
            while (found < count && line != null) {
                if (line.isEmpty()) {
                    int[] more = model.tokenize(dialogue + "<|endoftext|>");
                    Arrays.stream(more).forEach(ids::add);
                    found += more.length;
                    dialogue.setLength(0);
                } else {
                    dialogue.append(line.replaceFirst("^user: ", "<|user|>").replaceFirst("^agent: ", "<|agent|>"));
                }
                line = lines.readLine();
            }
        } finally {
            xz.destroy();
        }
        return Arrays.copyOf(ids.build().toArray(), count);
    }
}
