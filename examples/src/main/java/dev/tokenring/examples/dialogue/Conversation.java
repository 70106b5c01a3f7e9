package dev.tokenring.examples.dialogue;

import dev.tokenring.bus.Headers;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.persistence.Journal;
import dev.tokenring.persistence.JournalEntry;
import dev.tokenring.persistence.Recovery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of a dialogue, journaled as they come. What is journaled survives the death of the process, and is there
 * again when the same directory is opened. Safe for use by any thread.
 */
final class Conversation implements AutoCloseable {
    private static final int REMEMBERED = 200;

    private final Journal<NlpMessage> journal;
    private final List<NlpMessage> messages = new ArrayList<>();

    Conversation(Journal<NlpMessage> journal) {
        this.journal = journal;
        journal.last(REMEMBERED).stream().map(JournalEntry::message).forEach(messages::add);
    }

    /** Keeps a message; when this returns, it is safe from the death of the process. */
    synchronized void keep(NlpMessage message, String correlationId) {
        journal.append(message, Headers.NONE.withCorrelationId(correlationId));
        messages.add(message);
    }

    /** What was said before, oldest first. */
    synchronized List<NlpMessage> history() {
        return List.copyOf(messages);
    }

    /** The questions that were answered, each with its answer: what a model should know of the past. */
    synchronized List<ChatMessage> answered() {
        var turns = new ArrayList<ChatMessage>();
        @Nullable NlpQuery open = null;
        for (NlpMessage message : messages) {
            if (message instanceof NlpQuery query) {
                open = query;
            } else if (message instanceof NlpResponse response && open != null) {
                turns.add(ChatMessage.user(open.query()));
                turns.add(ChatMessage.assistant(response.response()));
                open = null;
            }
        }
        return turns;
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
