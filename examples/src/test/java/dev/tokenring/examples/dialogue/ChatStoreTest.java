package dev.tokenring.examples.dialogue;

import static dev.tokenring.llm.ChatMessage.assistant;
import static dev.tokenring.llm.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Headers;
import dev.tokenring.codec.JsonCodec;
import dev.tokenring.llm.ChatEvent;
import dev.tokenring.llm.ChatSession;
import dev.tokenring.llm.ChatStore;
import dev.tokenring.persistence.Journal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store of chats does, and what the one on a journal does beyond that. */
class ChatStoreTest {
    @TempDir
    private Path directory;

    enum Kind {
        IN_MEMORY(directory -> ChatStore.inMemory(1_000, Duration.ofHours(1))),
        JOURNAL(ChatStoreTest::open);

        private final Function<Path, ChatStore> opening;

        Kind(Function<Path, ChatStore> opening) {
            this.opening = opening;
        }
    }

    private static JournalChatStore open(Path directory) {
        return new JournalChatStore(Journal.open(directory, JsonCodec.of(DialogueEntry.class)), Clock.systemUTC());
    }

    private interface Use {
        void of(ChatStore store) throws Exception;
    }

    private void with(Kind kind, Use use) throws Exception {
        ChatStore store = kind.opening.apply(directory);
        try {
            use.of(store);
        } finally {
            if (store instanceof AutoCloseable open) {
                open.close();
            }
        }
    }

    private static void append(ChatStore store, String id, ChatEvent event) {
        store.append(id, event, Headers.NONE);
    }

    private static ChatEvent asks(String text) {
        return new ChatEvent.Said(user(text));
    }

    private static ChatEvent answers(String text) {
        return new ChatEvent.Said(assistant(text));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void givesASessionAsItsEventsHaveMadeIt(Kind kind) throws Exception {
        with(kind, store -> {
            var random = new Random(11);
            Map<String, ChatSession> expected = new HashMap<>();
            for (int i = 0; i < 150; i++) {
                String id = "s" + random.nextInt(4);
                ChatEvent event = anyEvent(random, i);
                append(store, id, event);
                expected.compute(id, (any, before) -> ChatSession.after(id, before, event));
                assertThat(store.find(id)).as("after " + event).isEqualTo(expected.get(id));
            }
            for (int s = 0; s < 4; s++) {
                assertThat(store.find("s" + s)).isEqualTo(expected.get("s" + s));
            }
        });
    }

    private static ChatEvent anyEvent(Random random, int i) {
        return switch (random.nextInt(12)) {
            case 0 -> new ChatEvent.Begun();
            case 1 -> new ChatEvent.HandedOver();
            case 2 -> new ChatEvent.HandedBack();
            case 3 -> new ChatEvent.Summarised("summary " + i, 1 + random.nextInt(3));
            case 4 -> new ChatEvent.Ended();
            case 5, 6, 7, 8 -> asks("question " + i + " – “\u00e9\uD83D\uDE00\n\"");
            default -> answers("answer " + i);
        };
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void knowsNothingOfASessionThatNeverBeganOrHasEnded(Kind kind) throws Exception {
        with(kind, store -> {
            assertThat(store.find("a")).isNull();
            append(store, "a", asks("one"));
            append(store, "a", new ChatEvent.Ended());
            assertThat(store.find("a")).isNull();
            append(store, "a", answers("late"));
            assertThat(store.find("a")).isNull();
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatWasFoundDoesNotChange(Kind kind) throws Exception {
        with(kind, store -> {
            append(store, "a", asks("one"));
            ChatSession found = store.find("a");
            append(store, "a", answers("two"));
            assertThat(found.turns()).containsExactly(user("one"));
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void sessionsMayBeUsedAtTheSameTime(Kind kind) throws Exception {
        with(kind, store -> {
            var all = new ArrayList<CompletableFuture<Void>>();
            for (int session = 0; session < 4; session++) {
                String id = "s" + session;
                all.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 20; i++) {
                        append(store, id, asks("q" + i));
                        append(store, id, answers("a" + i));
                        assertThat(store.find(id).turns()).hasSize(2 * i + 2);
                    }
                }));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        });
    }

    @Test
    void theJournalHasTheSessionsWhenItIsOpenedAgain() {
        var random = new Random(12);
        Map<String, ChatSession> expected = new HashMap<>();
        for (int round = 0; round < 4; round++) {
            try (JournalChatStore store = open(directory)) {
                for (int s = 0; s < 4; s++) {
                    assertThat(store.find("s" + s)).isEqualTo(expected.get("s" + s));
                }
                for (int i = 0; i < 40; i++) {
                    String id = "s" + random.nextInt(4);
                    ChatEvent event = anyEvent(random, i);
                    append(store, id, event);
                    expected.compute(id, (any, before) -> ChatSession.after(id, before, event));
                }
            }
        }
    }

    @Test
    void theJournalHasTheMessagesOfTheDialogue() {
        var kept = new ArrayList<NlpMessage>();
        Headers headers = Headers.NONE.withSender("anna").withCorrelationId("c-1");
        try (JournalChatStore store = open(directory)) {
            store.onKept(kept::add);
            store.append(JournalChatStore.DEFAULT_SESSION, asks("one"), headers);
            store.append(JournalChatStore.DEFAULT_SESSION, answers("two"), headers);
            append(store, JournalChatStore.DEFAULT_SESSION, new ChatEvent.HandedOver());
        }
        assertThat(kept)
                .satisfiesExactly(
                        query -> assertThat(query)
                                .isInstanceOfSatisfying(NlpQuery.class, asked -> assertThat(asked.sender())
                                        .isEqualTo("anna")),
                        response -> assertThat(response)
                                .isInstanceOfSatisfying(
                                        NlpResponse.class, answered -> assertThat(answered.correlationId())
                                                .isEqualTo("c-1")));
        try (JournalChatStore store = open(directory)) {
            assertThat(store.history()).isEqualTo(kept);
        }
    }

    @Test
    void aJournalFromBeforeThereWereSessionsIsGoneOnWith() {
        var asked = new NlpQuery("one", "anna", Clock.systemUTC().instant());
        var answered = new NlpResponse("two", Clock.systemUTC().instant(), "c-1");
        try (Journal<NlpMessage> journal = Journal.open(directory, JsonCodec.of(NlpMessage.class))) {
            journal.append(asked);
            journal.append(answered);
        }
        try (JournalChatStore store = open(directory)) {
            assertThat(store.find(JournalChatStore.DEFAULT_SESSION))
                    .isEqualTo(new ChatSession(
                            JournalChatStore.DEFAULT_SESSION, null, List.of(user("one"), assistant("two")), false));
            assertThat(store.history()).hasSize(2);
        }
    }
}
