package dev.tokenring.llm;

import dev.tokenring.bus.Headers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions in the order of their use, so that those to be forgotten stand first. Safe for use by any thread. */
final class InMemoryChatStore implements ChatStore {
    private record Kept(ChatSession session, Instant used) {}

    private final int maxSessions;
    private final Duration maxIdle;
    private final InstantSource clock;
    private final Map<String, Kept> sessions = new LinkedHashMap<>();

    InMemoryChatStore(int maxSessions, Duration maxIdle, InstantSource clock) {
        if (maxSessions < 1) {
            throw new IllegalArgumentException("maxSessions is " + maxSessions + ": it must be 1 or more");
        }
        if (maxIdle.isZero() || maxIdle.isNegative()) {
            throw new IllegalArgumentException(
                    "maxIdle is " + maxIdle + ": it must be more than zero, for example Duration.ofHours(1)");
        }
        this.maxSessions = maxSessions;
        this.maxIdle = maxIdle;
        this.clock = clock;
    }

    @Override
    public synchronized @Nullable ChatSession find(String id) {
        Instant now = clock.instant();
        forgetIdle(now);
        Kept kept = sessions.remove(id);
        if (kept == null) {
            return null;
        }
        sessions.put(id, new Kept(kept.session(), now));
        return kept.session();
    }

    @Override
    public synchronized void append(String id, ChatEvent event, Headers headers) {
        Instant now = clock.instant();
        forgetIdle(now);
        Kept before = sessions.get(id);
        ChatSession after = ChatSession.after(id, before == null ? null : before.session(), event);
        sessions.remove(id);
        if (after != null) {
            sessions.put(id, new Kept(after, now));
        }
        if (sessions.size() > maxSessions) {
            forgetFirst(sessions.values().iterator());
        }
    }

    private void forgetIdle(Instant now) {
        Iterator<Kept> oldestFirst = sessions.values().iterator();
        while (oldestFirst.hasNext() && isIdle(oldestFirst.next(), now)) {
            oldestFirst.remove();
        }
    }

    /** Compares times that have passed, for an instant may be too late to be one when maxIdle is added. */
    private boolean isIdle(Kept kept, Instant now) {
        return Duration.between(kept.used(), now).compareTo(maxIdle) >= 0;
    }

    private static void forgetFirst(Iterator<Kept> oldestFirst) {
        oldestFirst.next();
        oldestFirst.remove();
    }
}
