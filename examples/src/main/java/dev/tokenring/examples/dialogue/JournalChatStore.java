package dev.tokenring.examples.dialogue;

import dev.tokenring.bus.Headers;
import dev.tokenring.llm.ChatEvent;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.ChatSession;
import dev.tokenring.llm.ChatStore;
import dev.tokenring.persistence.Journal;
import dev.tokenring.persistence.JournalEntry;
import dev.tokenring.persistence.Recovery;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a chat, journaled event by event. What is journaled survives the death of the process, and is there again
 * when the same directory is opened: the journal's last {@value #REMEMBERED} entries are played once more. What was said is
 * journaled as the messages of the dialogue, with the session's id beside them. Safe for use by any thread.
 */
final class JournalChatStore implements ChatStore, AutoCloseable {
    /** The session of entries that name none, as all did when a journal held one dialogue. */
    static final String DEFAULT_SESSION = "dialogue";

    private static final int REMEMBERED = 200;
    private static final String SESSION = "session";

    private final Journal<DialogueEntry> journal;
    private final Clock clock;
    private final Map<String, ChatSession> sessions = new HashMap<>();
    private final List<NlpMessage> history;
    private volatile Consumer<NlpMessage> onKept = message -> {};

    JournalChatStore(Journal<DialogueEntry> journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
        var said = new ArrayList<NlpMessage>();
        for (JournalEntry<DialogueEntry> entry : journal.last(REMEMBERED)) {
            String id = entry.headers().entries().getOrDefault(SESSION, DEFAULT_SESSION);
            change(id, event(entry.message()));
            if (entry.message() instanceof NlpMessage message) {
                said.add(message);
            }
        }
        history = List.copyOf(said);
    }

    /** Says whom to tell of each message that is safe in the journal, on the thread that has put it there. */
    void onKept(Consumer<NlpMessage> listener) {
        onKept = listener;
    }

    /** What was said before this run, oldest first. */
    List<NlpMessage> history() {
        return history;
    }

    @Override
    public synchronized @Nullable ChatSession find(String id) {
        return sessions.get(id);
    }

    @Override
    public void append(String id, ChatEvent event, Headers headers) {
        DialogueEntry entry = entry(event, headers);
        synchronized (this) {
            journal.append(entry, headers.withEntry(SESSION, id));
            change(id, event);
        }
        if (entry instanceof NlpMessage message) {
            onKept.accept(message);
        }
    }

    private void change(String id, ChatEvent event) {
        ChatSession after = ChatSession.after(id, sessions.get(id), event);
        if (after == null) {
            sessions.remove(id);
        } else {
            sessions.put(id, after);
        }
    }

    private static ChatEvent event(DialogueEntry entry) {
        if (entry instanceof SessionChange change) {
            return change.event();
        }
        return new ChatEvent.Said(
                entry instanceof NlpQuery query
                        ? ChatMessage.user(query.query())
                        : ChatMessage.assistant(((NlpResponse) entry).response()));
    }

    private DialogueEntry entry(ChatEvent event, Headers headers) {
        if (!(event instanceof ChatEvent.Said said)) {
            return new SessionChange(event);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        String text = said.turn().content();
        return said.turn().role().equals("user")
                ? new NlpQuery(
                        text,
                        Objects.requireNonNullElse(headers.sender(), ""),
                        Objects.requireNonNullElse(headers.time(), now))
                : new NlpResponse(text, now, Objects.requireNonNullElse(headers.correlationId(), ""));
    }

    Path directory() {
        return journal.directory();
    }

    long bytesAppended() {
        return journal.bytesAppended();
    }

    long entryCount() {
        return journal.entryCount();
    }

    Recovery recovery() {
        return journal.recovery();
    }

    @Override
    public void close() {
        journal.close();
    }
}
