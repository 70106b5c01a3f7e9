package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenring.bus.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a store in memory forgets, and when; what all stores do is tested with the examples, which have another one. */
class InMemoryChatStoreTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
    private final ChatStore store = new InMemoryChatStore(3, Duration.ofMinutes(10), now::get);

    private void say(String id) {
        store.append(id, new ChatEvent.Said(ChatMessage.user("hello")), Headers.NONE);
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    @Test
    void theSessionThatWasNotUsedForTheLongestTimeMakesRoom() {
        say("a");
        say("b");
        say("c");
        assertThat(store.find("a")).isNotNull();

        say("d");

        assertThat(store.find("b")).isNull();
        assertThat(store.find("a")).isNotNull();
        assertThat(store.find("c")).isNotNull();
        assertThat(store.find("d")).isNotNull();
    }

    @Test
    void whatComesForASessionThatWasForgottenMakesNoRoomForIt() {
        say("a");
        say("b");
        say("c");
        say("d");

        store.append("a", new ChatEvent.Said(ChatMessage.assistant("late")), Headers.NONE);

        assertThat(store.find("a")).isNull();
        assertThat(store.find("b")).isNotNull();
    }

    @Test
    void aSessionIsForgottenWhenItWasIdleForTheTime() {
        say("a");
        pass(Duration.ofMinutes(10).minusNanos(1));
        assertThat(store.find("a")).isNotNull();
        pass(Duration.ofMinutes(10).minusNanos(1));
        assertThat(store.find("a")).as("finding it was use").isNotNull();
        pass(Duration.ofMinutes(10));
        assertThat(store.find("a")).isNull();
    }

    @Test
    void aForgottenSessionBeginsAnew() {
        say("a");
        store.append("a", new ChatEvent.HandedOver(), Headers.NONE);
        pass(Duration.ofMinutes(11));

        say("a");

        assertThat(store.find("a"))
                .isEqualTo(new ChatSession("a", null, java.util.List.of(ChatMessage.user("hello")), false));
    }

    @Test
    void aSessionMayBeIdleForEver() {
        ChatStore endless = new InMemoryChatStore(3, Duration.ofSeconds(Long.MAX_VALUE), now::get);
        endless.append("a", new ChatEvent.Said(ChatMessage.user("hello")), Headers.NONE);
        pass(Duration.ofDays(1_000_000));
        endless.append("b", new ChatEvent.Said(ChatMessage.user("hello")), Headers.NONE);
        assertThat(endless.find("a")).isNotNull();
    }

    @Test
    void limitsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatStore.inMemory(0, Duration.ofMinutes(1)))
                .withMessageContaining("maxSessions is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatStore.inMemory(1, Duration.ZERO))
                .withMessageContaining("maxIdle is PT0S");
    }
}
