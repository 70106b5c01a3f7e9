package dev.tokenring.llm;

import dev.tokenring.bus.Headers;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Where the sessions of a chat are kept. A {@link ChatHandler} tells it what happens, one event after the other for each
 * session, before it tells anybody else; so what an answer was seen of is in the store, to the degree that the store is
 * durable.
 *
 * <p>A store that keeps events, such as a journal, makes the sessions of them with {@link ChatSession#after}. Both methods
 * may be called by any thread at any time; for one session, events come one after the other.
 */
public interface ChatStore {
    /**
     * Finds a session.
     *
     * @param id the session's id
     * @return the session as its events have made it; null if it never began, has ended, or was forgotten
     */
    @Nullable ChatSession find(String id);

    /**
     * Keeps what has happened. When this returns, {@link #find} gives {@link ChatSession#after} of what it gave before; when
     * it throws, the session is as it was.
     *
     * @param id the session's id
     * @param event what has happened
     * @param headers those of the request or message that it comes from: who said it, when, in answer to what
     */
    void append(String id, ChatEvent event, Headers headers);

    /**
     * A store in memory that holds as many sessions as you say, for as long as you say. Where there would be one too many,
     * the session that was not used for the longest time is forgotten; whether a human has it makes no difference. It is
     * gone when the process ends.
     *
     * @param maxSessions 1 or more
     * @param maxIdle after how long a session is forgotten in which nothing happens
     * @return the store
     * @throws IllegalArgumentException if maxSessions is less than 1, or maxIdle is not more than zero
     */
    static ChatStore inMemory(int maxSessions, Duration maxIdle) {
        return new InMemoryChatStore(maxSessions, maxIdle, InstantSource.system());
    }
}
