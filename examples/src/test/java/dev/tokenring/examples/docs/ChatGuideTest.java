package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import dev.tokenring.llm.ChatHandler;
import dev.tokenring.llm.ChatMemory;
import dev.tokenring.llm.ChatOptions;
import dev.tokenring.llm.ChatSession;
import dev.tokenring.llm.ChatStore;
import dev.tokenring.llm.LanguageModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The snippets of the guide to chats. */
class ChatGuideTest {
    // snippet
    record Say(String session, String text) {}

    record Said(String text) {}

    static final Service<Say, Said> CHAT = Service.of("chat", Say.class, Said.class)
            .withMerge((part, next) -> new Said(part.text() + next.text()))
            .withTimeout(Duration.ofMinutes(2));
    // end

    // snippet
    static final Topic<ChatSession> DESK = Topic.of("desk", ChatSession.class);
    static final Topic<DeskAnswer> DESK_ANSWERS = Topic.of("desk.answers", DeskAnswer.class);

    record DeskAnswer(String session, String text, boolean solved) {}
    // end

    private static final Service<ChatSession, Said> SUMMARISE = Service.of("summarise", ChatSession.class, Said.class);

    private static LanguageModel model;

    private final Bus bus = Bus.open();
    private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();

    @BeforeAll
    static void load() {
        model = LanguageModel.load(Path.of("models/house-dialogue"));
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private void show(String text) {
        shown.add(text);
    }

    private ChatHandler<Say, Said> serve(ChatStore store, ChatOptions options) {
        ChatHandler<Say, Said> chat = ChatHandler.of(
                model, store, options, Say::session, Say::text, (piece, headers) -> new Said(piece.text()));
        bus.serveAsync(CHAT, chat);
        return chat;
    }

    @Test
    void serveAndAsk() {
        // snippet
        ChatHandler<Say, Said> chat = ChatHandler.of(
                model,
                ChatStore.inMemory(10_000, Duration.ofHours(1)),
                ChatOptions.of(model.defaults()).withMemory(ChatMemory.ALL.withExchanges(8)),
                Say::session,
                Say::text,
                (piece, headers) -> new Said(piece.text()));
        bus.serveAsync(CHAT, chat);
        // end

        // snippet
        String session = UUID.randomUUID().toString();
        bus.stream(CHAT, new Say(session, "I need a table for two"), Duration.ofSeconds(30), part -> show(part.text()))
                .join();
        Said answer = bus.request(CHAT, new Say(session, "At seven")).join();
        // end
        assertThat(String.join("", shown)).isNotBlank();
        assertThat(answer.text()).isNotBlank();
    }

    @Test
    void summarise() {
        bus.serve(SUMMARISE, (session, context) -> new Said(session.turns().size() + " turns"));
        // snippet
        ChatMemory memory = ChatMemory.ALL.withSummary(
                12, 4, old -> bus.request(SUMMARISE, old).join().text());
        // end
        ChatStore store = ChatStore.inMemory(1, Duration.ofHours(1));
        serve(store, ChatOptions.of(model.defaults().withMaxTokens(1)).withMemory(memory));
        for (int question = 0; question < 14; question++) {
            bus.request(CHAT, new Say("a", "Hi")).join();
        }
        assertThat(store.find("a").summary()).isEqualTo("18 turns");
        assertThat(store.find("a").turns()).hasSize(2 * 4 + 2);
    }

    @Test
    void handOver() throws Exception {
        // snippet
        ChatOptions options = ChatOptions.of(model.defaults())
                .withHandOver(
                        session -> session.lastText().contains("human"),
                        (session, headers) -> bus.publish(DESK, session, headers));
        // end
        ChatStore store = ChatStore.inMemory(1, Duration.ofHours(1));
        ChatHandler<Say, Said> chat = serve(store, options);
        // snippet
        bus.subscribe(DESK_ANSWERS, (answer, context) -> {
            chat.answer(answer.session(), answer.text(), context.headers()).join();
            if (answer.solved()) {
                chat.handBack(answer.session(), context.headers()).join();
            }
        });
        bus.subscribe(DESK_ANSWERS, (answer, context) -> show(answer.text()));
        // end
        bus.subscribe(
                DESK,
                (session, context) -> bus.publish(
                        DESK_ANSWERS,
                        new DeskAnswer(session.id(), "Anna here", true),
                        Headers.NONE.withSender("anna")));

        assertThat(bus.request(CHAT, new Say("a", "A human, please")).join().text())
                .isEmpty();

        assertThat(shown.poll(30, TimeUnit.SECONDS)).isEqualTo("Anna here");
        while (store.find("a").withHuman()) {
            Thread.onSpinWait();
        }
        bus.request(CHAT, new Say("a", "Thanks")).join();
        assertThat(store.find("a").turns().get(1).content()).isEqualTo("Anna here");
    }
}
