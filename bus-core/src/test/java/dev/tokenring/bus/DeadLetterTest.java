package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is kept of a message that was given up on. */
class DeadLetterTest {
    private static final Instant FAILED = Instant.parse("2026-01-02T03:04:05Z");

    private static DeadLetter<String> letter(long sequence, int attempts) {
        return new DeadLetter<>(
                "words",
                "reader",
                sequence,
                "helo",
                Headers.NONE.withMessageId("m-1"),
                attempts,
                new IllegalArgumentException("unknown word"),
                FAILED,
                FAILED.plusSeconds(3));
    }

    @Test
    void mendedLetterDiffersInItsMessageOnly() {
        DeadLetter<String> letter = letter(7, 3);
        DeadLetter<String> mended = letter.withMessage("hello");
        assertThat(mended.message()).isEqualTo("hello");
        assertThat(letter.message()).isEqualTo("helo");
        assertThat(mended)
                .isEqualTo(new DeadLetter<>(
                        "words",
                        "reader",
                        7,
                        "hello",
                        Headers.NONE.withMessageId("m-1"),
                        3,
                        letter.lastError(),
                        FAILED,
                        FAILED.plusSeconds(3)));
    }

    @Test
    void deadLetterTopicIsNamedAfterItsTopicAndHasItsOwnRing() {
        Topic<DeadLetter<String>> topic =
                DeadLetter.topicOf(Topic.of("llm.words", String.class).withCapacity(8));
        assertThat(topic.name()).isEqualTo("dead-letters.llm.words");
        assertThat(topic.type()).isEqualTo(DeadLetter.class);
        assertThat(topic.capacity()).isEqualTo(Topic.DEFAULT_CAPACITY);
    }

    @Test
    void messageThatWasNeverTriedHasNoAttempts() {
        assertThat(letter(0, 0).attempts()).isZero();
    }

    @Test
    void impossibleNumbersAreRefused() {
        assertThatThrownBy(() -> letter(-1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sequence is -1: the sequences of a topic start at 0");
        assertThatThrownBy(() -> letter(0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempts is -1: give the number of times the handler was called, 0 if it never was");
    }

    @Test
    void letterIsTakenDownInFull() {
        assertThatThrownBy(() -> letter(0, 1).withMessage(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("message");
    }
}
