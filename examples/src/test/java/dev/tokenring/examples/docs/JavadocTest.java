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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of the Javadoc. */
class JavadocTest {
    record Alert(String text) {}

    record NlpQuery(String query) {}

    record NlpResponse(String response, Instant timestamp) {
        NlpResponse append(NlpResponse next) {
            return new NlpResponse(response + next.response, next.timestamp);
        }
    }

    /** Whoever is on call. */
    static final class Pager {
        final List<Alert> pages = new ArrayList<>();

        void page(Alert alert) {
            pages.add(alert);
        }
    }

    // snippet
    static final Topic<Alert> ALERTS = Topic.of("alerts", Alert.class);
    // end

    // snippet
    static final Service<NlpQuery, NlpResponse> DIALOGUE =
            Service.of("dialogue", NlpQuery.class, NlpResponse.class).withMerge(NlpResponse::append);
    // end

    private final NlpQuery query = new NlpQuery("I need a table for two");
    private final Pager pager = new Pager();

    private static NlpResponse answer(NlpQuery query) {
        return new NlpResponse("You said: " + query.query(), Instant.EPOCH);
    }

    @Test
    void bus() {
        // snippet
        try (Bus bus = Bus.open()) {
            bus.subscribe(ALERTS, (alert, context) -> pager.page(alert));
            bus.serve(DIALOGUE, (query, context) -> answer(query));

            bus.publish(ALERTS, new Alert("queue is filling"));
            NlpResponse response =
                    bus.request(DIALOGUE, query, Duration.ofSeconds(5)).join();
            // not shown
            assertThat(response).isEqualTo(answer(query));
            // shown
        }
        // end
        assertThat(pager.pages).containsExactly(new Alert("queue is filling"));
    }

    @Test
    void headers() {
        // snippet
        Headers headers = Headers.NONE.withCorrelationId("call-17").withSender("user1");
        // end
        assertThat(headers.correlationId()).isEqualTo("call-17");
    }

    @Test
    void languageModel() {
        var shown = new StringBuilder();
        // snippet
        try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"))) {
            int[] prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two")), 64);
            model.generate(prompt, model.defaults(), piece -> shown.append(piece.text()), () -> false);
        }
        // end
        assertThat(shown).isNotEmpty();
    }

    @Test
    void generationHandler() {
        try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"));
                Bus bus = Bus.open()) {
            // snippet
            bus.serveStream(
                    DIALOGUE,
                    GenerationHandler.of(
                            model,
                            query -> model.chatPrompt(List.of(ChatMessage.user(query.query())), 64),
                            model.defaults(),
                            (piece, headers) -> new NlpResponse(piece.text(), Instant.now())));
            // end
            assertThat(bus.request(DIALOGUE, query).join().response()).isNotBlank();
        }
    }

    @Test
    void journal(@TempDir Path directory) {
        // snippet
        try (Journal<Alert> journal = Journal.open(directory, JsonCodec.of(Alert.class))) {
            long position = journal.append(new Alert("queue is filling"), Headers.NONE.withSender("monitor"));
            // not shown
            assertThat(journal.readFrom(position).poll()).isNotNull();
            // shown
            journal.last(10).forEach(entry -> pager.page(entry.message()));
        }
        // end
        assertThat(pager.pages).hasSize(1);
    }
}
