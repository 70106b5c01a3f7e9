package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import dev.tokenring.codec.JsonCodec;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.persistence.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of the README: what stands between the marks stands there too, and does what it says. */
class ReadmeTest {
    private final BlockingQueue<String> paged = new LinkedBlockingQueue<>();

    private void page(Alert alert) {
        paged.add(alert.text());
    }

    // snippet
    record Alert(String text) {}

    record Question(String text) {}

    record Answer(String text) {}

    static final Topic<Alert> ALERTS = Topic.of("alerts", Alert.class);
    static final Service<Question, Answer> ECHO = Service.of("echo", Question.class, Answer.class);
    // end

    @Test
    void publishesAndAsks() throws Exception {
        // snippet
        try (Bus bus = Bus.open()) {
            bus.subscribe(ALERTS, (alert, context) -> page(alert));
            bus.serve(ECHO, (question, context) -> new Answer("You said: " + question.text()));

            bus.publish(ALERTS, new Alert("the queue is filling"));
            Answer answer = bus.request(ECHO, new Question("hello"), Duration.ofSeconds(5))
                    .join();
            // not shown
            assertThat(answer.text()).isEqualTo("You said: hello");
            // shown
        }
        // end
        assertThat(paged.poll(0, TimeUnit.SECONDS)).isEqualTo("the queue is filling");
    }

    @Test
    void servesAModel() {
        Path folder = Path.of("models/house-dialogue");
        // snippet
        Service<Question, Answer> dialogue = Service.of("dialogue", Question.class, Answer.class)
                .withMerge((part, next) -> new Answer(part.text() + next.text()));

        try (LanguageModel model = LanguageModel.load(folder);
                Bus bus = Bus.open()) {
            bus.serveAsync(
                    dialogue,
                    GenerationHandler.of(
                            model,
                            question -> model.chatPrompt(List.of(ChatMessage.user(question.text())), 64),
                            model.defaults().withTemperature(0),
                            (piece, headers) -> new Answer(piece.text())));

            Answer whole = bus.request(dialogue, new Question("I need a table for two"))
                    .join();
            // not shown
            assertThat(whole.text()).isNotBlank();
            // shown
        }
        // end
    }

    @Test
    void journals(@TempDir Path directory) {
        // snippet
        try (Journal<Alert> journal = Journal.open(directory, JsonCodec.of(Alert.class))) {
            journal.append(new Alert("the queue is filling"), Headers.NONE.withSender("monitor"));
            journal.last(10).forEach(entry -> page(entry.message()));
        }
        // end
        assertThat(paged).containsExactly("the queue is filling");
    }
}
