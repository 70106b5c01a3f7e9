package dev.tokenring.examples.bringyourmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.examples.ExampleProcess;
import dev.tokenring.llm.LanguageModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example as its user meets it: a process with standard streams. */
class BringYourModelTest {
    private static final String TABLE = "<|user|>I would like to book a table for two in San Jose tonight.<|agent|>";
    private static final String TABLE_ANSWER = "What time would you like the reservation for?\n";
    private static final String TABLE_IDS = "ids: 356,482,370,271,330,272,472,297,33,1\n";

    @TempDir
    private Path directory;

    private static ExampleProcess start(String... options) {
        return ExampleProcess.start("bring-your-model", options);
    }

    private static String outputOf(String... options) throws InterruptedException {
        try (ExampleProcess example = start(options)) {
            assertThat(example.endOfInput().awaitExit()).as(example.err()).isZero();
            assertThat(example.err()).isEmpty();
            return example.out();
        }
    }

    private static void assertRefused(String reason, String... options) throws InterruptedException {
        try (ExampleProcess example = start(options)) {
            assertThat(example.endOfInput().awaitExit()).isEqualTo(2);
            assertThat(example.err().lines()).as(example.err()).hasSize(1);
            assertThat(example.err()).contains(reason).doesNotContain("Exception", "\tat ");
            assertThat(example.out()).isEmpty();
        }
    }

    private static double number(String table, String name) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " +([0-9.]+)(?: ms)?$")
                .matcher(table);
        assertThat(line.find()).as(name + " in " + table).isTrue();
        return Double.parseDouble(line.group(1));
    }

    @Test
    void printsTheTextAndTheIds() throws Exception {
        assertThat(outputOf("--prompt", TABLE, "--max-tokens", "64", "--temperature", "0", "--ids"))
                .isEqualTo(TABLE_ANSWER + TABLE_IDS);
    }

    @Test
    void takesAnotherFolderAndOtherOptions() throws Exception {
        String[] options = {
            "--model",
            "models/house-dialogue",
            "--prompt",
            TABLE,
            "--temperature",
            "0.9",
            "--seed",
            "7",
            "--device",
            "cpu",
            "--threads",
            "1",
            "--ids",
            "--max-tokens",
            "5"
        };
        String first = outputOf(options);
        assertThat(first).containsPattern("ids: (\\d+,){0,4}\\d+\n");
        assertThat(outputOf(options)).as("the same seed").isEqualTo(first);
    }

    @Test
    void aPromptMayBeginWithAnAtSign() throws Exception {
        assertThat(outputOf("--prompt", "@models", "--max-tokens", "1")).isNotEmpty();
    }

    @Test
    void perplexityIsThatOfTheModelsOwnScores() throws Exception {
        String first = "<|user|>I need a table for two.<|agent|>What time?";
        String second = "<|user|>Caf\u00e9 s'il vous pla\u00eet<|agent|>Which city?";
        Path text = Files.writeString(directory.resolve("text"), first + "\n\n" + second + "\n");

        String table = outputOf("--perplexity", text.toString());

        double nats = 0;
        int tokens = 0;
        try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"))) {
            for (String document : new String[] {first, second}) {
                double[] scores = model.score(model.tokenize(document));
                nats -= Arrays.stream(scores).sum();
                tokens += scores.length;
            }
        }
        // The first token of each is special, so all bytes are scored.
        int bytes = (first + second).getBytes(StandardCharsets.UTF_8).length;
        assertThat(number(table, "documents")).isEqualTo(2);
        assertThat(number(table, "tokens scored")).isEqualTo(tokens);
        assertThat(number(table, "nats per token")).isCloseTo(nats / tokens, within(6e-5));
        assertThat(number(table, "bits per byte")).isCloseTo(nats / Math.log(2) / bytes, within(6e-5));
    }

    @Test
    void aDocumentLongerThanTheContextIsScored() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "I need a table for two. ".repeat(100));
        String table = outputOf("--perplexity", text.toString());
        assertThat(number(table, "tokens scored")).isGreaterThan(192);
        assertThat(number(table, "nats per token")).isBetween(0.001, 5.0);
    }

    @Test
    void thePrecisionIsChosen() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), TABLE + TABLE_ANSWER);
        double exact = number(outputOf("--perplexity", text.toString(), "--precision", "fp32"), "nats per token");
        double rounded = number(outputOf("--perplexity", text.toString(), "--precision", "BF16"), "nats per token");
        assertThat(rounded).isCloseTo(exact, within(0.05 * exact));
    }

    @Test
    void manyCallersAreAnswered() throws Exception {
        try (ExampleProcess example = start("--load", "4", "--max-tokens", "12")) {
            example.type((TABLE + "\n").repeat(10) + "\n").endOfInput();
            assertThat(example.awaitExit()).as(example.err()).isZero();
            String table = example.out();
            assertThat(number(table, "callers")).isEqualTo(4);
            assertThat(number(table, "requests")).isEqualTo(10);
            assertThat(number(table, "failed")).isZero();
            assertThat(number(table, "tokens")).isEqualTo(100);
            assertThat(number(table, "time to first token, median")).isPositive();
            assertThat(number(table, "time to first token, p99"))
                    .isGreaterThanOrEqualTo(number(table, "time to first token, median"));
            assertThat(number(table, "time per token, p99"))
                    .isGreaterThanOrEqualTo(number(table, "time per token, median"));
            assertThat(number(table, "tokens/s")).isPositive();
        }
    }

    @Test
    void moreCallersThanWouldUsuallyWaitAreAnsweredAll() throws Exception {
        try (ExampleProcess example = start("--load", "400", "--max-tokens", "2")) {
            example.type((TABLE + "\n").repeat(400)).endOfInput();
            assertThat(example.awaitExit()).as(example.err()).isZero();
            assertThat(number(example.out(), "tokens")).isEqualTo(800);
        }
    }

    @Test
    void requestsThatFailUnderLoadAreCountedAndTheFirstIsExplained() throws Exception {
        try (ExampleProcess example = start("--load", "2", "--max-tokens", "4")) {
            example.type(TABLE + "\n" + "word ".repeat(300) + "\n").endOfInput();
            assertThat(example.awaitExit()).isEqualTo(1);
            assertThat(number(example.out(), "failed")).isEqualTo(1);
            assertThat(example.err()).startsWith("1 of 2 requests failed").contains("tokens long");
            assertThat(example.err().lines()).hasSize(1);
        }
    }

    /** Refused before anything is loaded: the folder of the model is not there either, and nobody notices. */
    private void assertRefusedUnloaded(String reason, String... options) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of("--model", directory + "/nowhere"));
        all.addAll(List.of(options));
        assertRefused(reason, all.toArray(String[]::new));
    }

    @Test
    void aBadValueIsRefusedBeforeTheModelIsLoadedAndItsOptionIsNamed() throws Exception {
        assertRefusedUnloaded("0 of --prompt, --perplexity and --load");
        assertRefusedUnloaded("2 of --prompt, --perplexity and --load", "--prompt", "a", "--load", "1");
        assertRefusedUnloaded("--bogus", "--prompt", "a", "--bogus");
        assertRefusedUnloaded("'many' is not an int", "--prompt", "a", "--max-tokens", "many");
        assertRefusedUnloaded("--max-tokens is -5: it must be", "--prompt", "a", "--max-tokens", "-5");
        assertRefusedUnloaded("--temperature is -1.0: it must be", "--prompt", "a", "--temperature", "-1");
        assertRefusedUnloaded("--temperature is NaN: it must be", "--load", "2", "--temperature", "NaN");
        assertRefusedUnloaded("--device is \"tpu\": it must be", "--prompt", "a", "--device", "tpu");
        assertRefusedUnloaded("--threads is -1: it must be", "--prompt", "a", "--threads", "-1");
        assertRefusedUnloaded("--precision", "--prompt", "a", "--precision", "fp5");
        assertRefusedUnloaded("--load is 0: it must be", "--load", "0");
        assertRefusedUnloaded("--prompt is empty", "--prompt", "");
        assertRefusedUnloaded("--load finds no prompt in standard input", "--load", "2");
    }

    @Test
    void aFileWithoutTextIsRefusedBeforeTheModelIsLoaded() throws Exception {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {'a', (byte) 0xff, 'b'});
        Path blank = Files.writeString(directory.resolve("blank"), "\n\n");
        assertRefusedUnloaded("nowhere, which is not there", "--perplexity", directory + "/nowhere");
        assertRefusedUnloaded(directory + ", which is a folder", "--perplexity", directory.toString());
        assertRefusedUnloaded(binary + " is not in UTF-8", "--perplexity", binary.toString());
        assertRefusedUnloaded("nothing to score", "--perplexity", blank.toString());
    }

    @Test
    void whatATaskWouldIgnoreIsRefused() throws Exception {
        assertRefusedUnloaded(
                "--perplexity does nothing with --ids and --max-tokens",
                "--perplexity",
                "text",
                "--max-tokens",
                "5",
                "--ids");
        assertRefusedUnloaded("--perplexity does nothing with --seed", "--perplexity", "text", "--seed", "1");
        assertRefusedUnloaded("--load does nothing with --ids", "--load", "2", "--ids");
    }

    @Test
    void wordsThatBelongToNoOptionAreExplained() throws Exception {
        assertRefusedUnloaded("needs quotes", "--prompt", "Once", "upon", "a", "time");
    }

    @Test
    void whatOnlyTheModelKnowsIsRefusedInOneLineToo() throws Exception {
        assertRefused("shorten it", "--prompt", "word ".repeat(300));
        assertRefused(directory + "/nowhere", "--model", directory + "/nowhere", "--prompt", "a");
    }

    @Test
    void helpListsTheOptionsAndWhatIsScored() throws Exception {
        assertThat(outputOf("--help").replaceAll("\\s+", " "))
                .contains("--model", "--prompt", "--ids", "--perplexity", "--load", "--max-tokens", "--temperature")
                .contains("--seed", "--device", "--precision", "overlap by half", "BOS");
        assertThat(outputOf("-h")).isEqualTo(outputOf("--help"));
    }
}
