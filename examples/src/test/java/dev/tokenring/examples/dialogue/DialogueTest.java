package dev.tokenring.examples.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.examples.ExampleProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as its user meets it: a process with standard streams. */
class DialogueTest {
    private static final Path MODEL = Path.of("models/house-dialogue");

    @TempDir
    private Path directory;

    private String journal() {
        return directory.resolve("journal").toString();
    }

    private static List<String> linesOf(String output, String prompt) {
        return output.lines().filter(line -> line.startsWith(prompt)).toList();
    }

    private static void assertRefused(ExampleProcess demo, String... parts) throws InterruptedException {
        assertThat(demo.awaitExit()).isNotZero();
        assertThat(demo.err().lines()).as(demo.err()).hasSize(1);
        assertThat(demo.err()).contains(parts).doesNotContain("Exception", "\tat ");
    }

    @Test
    void answersPipedLinesInTheModelsOwnWords() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal(), "--temperature", "0")) {
            demo.type("I would like to book a table for two in San Jose tonight.\n")
                    .endOfInput();

            assertThat(demo.awaitExit()).isZero();
            assertThat(demo.out())
                    .contains(journal())
                    .contains("user1> I would like to book a table for two in San Jose tonight.")
                    .contains("agent> What time would you like the reservation for?")
                    .containsPattern("requests +1\n")
                    .containsPattern("replies +1\n")
                    .containsPattern("tokens +10\n");
            assertThat(demo.err()).isEmpty();
        }
    }

    @Test
    void runsTheScriptWhereNothingComesIn() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal())) {
            demo.endOfInput();

            assertThat(demo.awaitExit()).isZero();
            assertThat(linesOf(demo.out(), "user1> ")).hasSize(3).contains("user1> How to get started with LLMs?");
            assertThat(linesOf(demo.out(), "agent> ")).hasSize(3).allSatisfy(line -> assertThat(line)
                    .hasSizeGreaterThan("agent> ".length()));
        }
    }

    @Test
    void takesAMessageInJsonAndShowsTheMessages() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal(), "--json")) {
            demo.type("{ \"message_type\": \"NLPQuery\", \"query\": \"How to get started with LLMs?\","
                            + " \"sender\": \"somebody\", \"timestamp\": \"2023-06-01 12:00:00\" }\n"
                            + "{ \"message_type\": \"NLPQuery\", \"query\": \n")
                    .endOfInput();

            assertThat(demo.awaitExit()).isZero();
            assertThat(demo.out())
                    .contains("somebody> How to get started with LLMs?")
                    .contains("{\"message_type\":\"NLPQuery\",\"query\":\"How to get started with LLMs?\","
                            + "\"sender\":\"somebody\",\"timestamp\":\"2023-06-01 12:00:00\"}")
                    .contains("{\"message_type\":\"NLPResponse\",\"response\":\"")
                    .contains("\"correlation_id\":\"");
            assertThat(demo.err().lines()).hasSize(1);
            assertThat(demo.err()).startsWith("That line is not a message: ");
        }
    }

    @Test
    void goesOnWithTheDialogueOfTheSameDirectory() throws Exception {
        try (ExampleProcess first = ExampleProcess.start("dialogue", "--journal", journal())) {
            first.type("I need a table for two.\n").endOfInput();
            assertThat(first.awaitExit()).isZero();
            String answer = linesOf(first.out(), "agent> ").get(0);

            try (ExampleProcess second = ExampleProcess.start("dialogue", "--journal", journal())) {
                second.type("At seven.\n").endOfInput();
                assertThat(second.awaitExit()).isZero();
                assertThat(linesOf(second.out(), "user1> "))
                        .containsExactly("user1> I need a table for two.", "user1> At seven.");
                assertThat(linesOf(second.out(), "agent> ")).hasSize(2).startsWith(answer);
            }
        }
    }

    @Test
    void showsEveryAcknowledgedLineAfterAKillInTheMiddleOfAnAnswer() throws Exception {
        var random = new Random(7);
        var acknowledged = new ArrayList<String>();
        for (int round = 0; round < 4; round++) {
            try (ExampleProcess demo =
                    ExampleProcess.start("dialogue", "--journal", journal(), "--max-tokens", "120")) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    String question = "Question " + round + "." + i + " about a table for two?";
                    demo.type(question + "\n").awaitOutput(out -> answered(out, question));
                }
                String last = "The last question of round " + round + ": is there a bus?";
                String shown = demo.type(last + "\n").awaitOutput(out -> out.contains(last + "\nagent> "));
                demo.kill();

                List<String> conversation = conversation(shown);
                assertThat(conversation.subList(0, acknowledged.size())).isEqualTo(acknowledged);
                acknowledged.clear();
                acknowledged.addAll(conversation.subList(0, conversation.size() - 1));
            }
        }
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal())) {
            demo.type("And now?\n").endOfInput();
            assertThat(demo.awaitExit()).isZero();
            assertThat(conversation(demo.out()).subList(0, acknowledged.size())).isEqualTo(acknowledged);
        }
    }

    private static boolean answered(String out, String question) {
        int at = out.indexOf(question + "\nagent> ");
        return at >= 0 && out.indexOf('\n', at + question.length() + 1) > 0;
    }

    private static List<String> conversation(String out) {
        return out.lines()
                .filter(line -> line.startsWith("user1> ") || line.startsWith("agent> "))
                .toList();
    }

    @Test
    void finishesTheAnswerAndPrintsTheTableWhenInterrupted() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal(), "--max-tokens", "60")) {
            demo.type("I need a table for two.\n").awaitOutput(out -> out.contains("agent> "));
            demo.interrupt();
            demo.awaitExit();
            assertThat(demo.out()).containsPattern("replies +1\n").contains("tokens/s");
            assertThat(demo.err()).isEmpty();
        }
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal())) {
            demo.type("And?\n").endOfInput();
            assertThat(demo.awaitExit()).isZero();
            assertThat(linesOf(demo.out(), "agent> ")).hasSize(2);
            assertThat(demo.out()).doesNotContain("unfinished");
        }
    }

    @Test
    void aLineLongerThanTheContextGetsASentenceAndTheDialogueGoesOn() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal())) {
            demo.type("table ".repeat(300) + "\nI need a table for two.\n").endOfInput();

            assertThat(demo.awaitExit()).isZero();
            assertThat(demo.err().lines()).hasSize(1);
            assertThat(demo.err()).contains("too long", "tokens", "shorten");
            assertThat(demo.out()).containsPattern("requests +2\n").containsPattern("replies +1\n");
        }
    }

    @Test
    void aMissingModelFolderGetsASentence() throws Exception {
        try (ExampleProcess demo =
                ExampleProcess.start("dialogue", "--journal", journal(), "--model", directory + "/nowhere")) {
            assertRefused(demo.endOfInput(), directory + "/nowhere", "does not exist", "config.json");
        }
    }

    @Test
    void aDamagedModelGetsASentence() throws Exception {
        Path damaged = copyOfModel();
        Path weights = damaged.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));

        try (ExampleProcess demo =
                ExampleProcess.start("dialogue", "--journal", journal(), "--model", damaged.toString())) {
            assertRefused(demo.endOfInput(), "model.safetensors", "copy it again");
        }
    }

    private Path copyOfModel() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("model"));
        try (Stream<Path> files = Files.list(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @Test
    void anUnusableJournalDirectoryGetsASentence() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", file.toString())) {
            assertRefused(demo.endOfInput(), file.toString());
        }
    }

    @Test
    void aWrongOptionGetsASentence() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--journal", journal(), "--temperature", "-1")) {
            assertRefused(demo.endOfInput(), "temperature is -1", "from 0");
        }
    }

    @Test
    void helpListsTheOptions() throws Exception {
        try (ExampleProcess demo = ExampleProcess.start("dialogue", "--help")) {
            assertThat(demo.endOfInput().awaitExit()).isZero();
            assertThat(demo.out())
                    .contains("--model", "--journal", "--temperature", "--top-k", "--top-p", "--seed", "--max-tokens");
        }
    }
}
