package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeadersTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Headers ALL = Headers.NONE
            .withMessageId("m")
            .withCorrelationId("c")
            .withTime(NOON)
            .withSender("s")
            .withPriority(-3)
            .withDeadline(NOON.plusSeconds(5))
            .withIdempotencyKey("i")
            .withTraceContext("t")
            .withEntry("b", "2")
            .withEntry("a", "");

    @Test
    void noneCarriesNothing() {
        assertThat(Headers.NONE.messageId()).isNull();
        assertThat(Headers.NONE.correlationId()).isNull();
        assertThat(Headers.NONE.time()).isNull();
        assertThat(Headers.NONE.sender()).isNull();
        assertThat(Headers.NONE.priority()).isZero();
        assertThat(Headers.NONE.deadline()).isNull();
        assertThat(Headers.NONE.idempotencyKey()).isNull();
        assertThat(Headers.NONE.traceContext()).isNull();
        assertThat(Headers.NONE.entries()).isEmpty();
        assertThat(Headers.NONE).hasToString("Headers[]");
    }

    @Test
    void everyHeaderComesBackAsItWasGiven() {
        assertThat(ALL.messageId()).isEqualTo("m");
        assertThat(ALL.correlationId()).isEqualTo("c");
        assertThat(ALL.time()).isEqualTo(NOON);
        assertThat(ALL.sender()).isEqualTo("s");
        assertThat(ALL.priority()).isEqualTo(-3);
        assertThat(ALL.deadline()).isEqualTo(NOON.plusSeconds(5));
        assertThat(ALL.idempotencyKey()).isEqualTo("i");
        assertThat(ALL.traceContext()).isEqualTo("t");
        assertThat(ALL.entries()).containsExactly(entry("a", ""), entry("b", "2"));
        assertThat(ALL)
                .hasToString("Headers[messageId=m, correlationId=c, time=2026-11-23T12:00:00Z, sender=s, priority=-3,"
                        + " deadline=2026-11-23T12:00:05Z, idempotencyKey=i, traceContext=t, entries={a=, b=2}]");
    }

    static Stream<Arguments> derivations() {
        return Stream.of(
                Arguments.of("messageId", (BiFunction<Headers, String, Headers>) Headers::withMessageId),
                Arguments.of("correlationId", (BiFunction<Headers, String, Headers>) Headers::withCorrelationId),
                Arguments.of("sender", (BiFunction<Headers, String, Headers>) Headers::withSender),
                Arguments.of("idempotencyKey", (BiFunction<Headers, String, Headers>) Headers::withIdempotencyKey),
                Arguments.of("traceContext", (BiFunction<Headers, String, Headers>) Headers::withTraceContext),
                Arguments.of("key", (BiFunction<Headers, String, Headers>) (base, key) -> base.withEntry(key, "v")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("derivations")
    void emptyTextIsRefusedAndNullToo(String header, BiFunction<Headers, String, Headers> derivation) {
        assertThatThrownBy(() -> derivation.apply(ALL, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(header + " is \"\": give at least one character, or leave the header out");
        assertThatThrownBy(() -> derivation.apply(ALL, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage(header);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("derivations")
    void derivationChangesOneHeaderAndLeavesTheOriginal(
            String header, BiFunction<Headers, String, Headers> derivation) {
        Headers derived = derivation.apply(ALL, "other");
        assertThat(derived).isNotEqualTo(ALL);
        assertThat(derived.toString()).contains("other");
        assertThat(ALL.toString()).doesNotContain("other");
        assertThat(derivation.apply(Headers.NONE, "x")).isEqualTo(derivation.apply(Headers.NONE, "x"));
        assertThat(derivation.apply(Headers.NONE, "x")).hasSameHashCodeAs(derivation.apply(Headers.NONE, "x"));
        assertThat(derivation.apply(Headers.NONE, "x")).isNotEqualTo(derivation.apply(Headers.NONE, "y"));
    }

    @Test
    void orderOfDerivationDoesNotMatter() {
        assertThat(Headers.NONE
                        .withSender("s")
                        .withTime(NOON)
                        .withEntry("a", "1")
                        .withEntry("b", "2"))
                .isEqualTo(Headers.NONE
                        .withEntry("b", "2")
                        .withEntry("a", "1")
                        .withTime(NOON)
                        .withSender("s"));
    }

    @Test
    void priorityZeroIsTheDefault() {
        assertThat(ALL.withPriority(0).priority()).isZero();
        assertThat(Headers.NONE.withPriority(7).withPriority(0)).isEqualTo(Headers.NONE);
        assertThat(Headers.NONE.withPriority(7)).isNotEqualTo(Headers.NONE.withPriority(8));
    }

    @Test
    void entriesAreReplacedByKeyAndCanNotBeChanged() {
        assertThat(ALL.withEntry("a", "new").entries())
                .containsEntry("a", "new")
                .hasSize(2);
        assertThatThrownBy(() -> ALL.entries().put("c", "3")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Headers.NONE.entries().put("c", "3"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ALL.withEntry("a", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("value");
    }

    @Test
    void instantsAreNotNull() {
        assertThatThrownBy(() -> ALL.withTime(null)).hasMessage("time");
        assertThatThrownBy(() -> ALL.withDeadline(null)).hasMessage("deadline");
    }
}
