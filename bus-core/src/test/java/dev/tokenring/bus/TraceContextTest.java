package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The traceparent header of W3C Trace Context, with the examples of the standard. */
class TraceContextTest {
    private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String NOT_SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    private final RandomGenerator random = new SplittableRandom(3);

    @ParameterizedTest
    @ValueSource(strings = {SAMPLED, NOT_SAMPLED, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    void examplesOfTheStandardAreReadAndWrittenToTheLetter(String traceparent) {
        assertThat(TraceContext.parse(traceparent)).hasToString(traceparent);
    }

    @Test
    void fieldsAreThoseOfTheStandard() {
        TraceContext context = TraceContext.parse(SAMPLED);
        assertThat(context.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(context.parentId()).isEqualTo("00f067aa0ba902b7");
        assertThat(context.sampled()).isTrue();
        assertThat(TraceContext.parse(NOT_SAMPLED).sampled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"00, false", "01, true", "02, false", "03, true", "08, false", "09, true", "fe, false", "ff, true"})
    void onlyTheSampledFlagIsUnderstoodAndPassedOn(String flags, boolean sampled) {
        TraceContext context = TraceContext.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + flags);
        assertThat(context.sampled()).isEqualTo(sampled);
        assertThat(context).hasToString(sampled ? SAMPLED : NOT_SAMPLED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like",
                "fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-ÄÖ"
            })
    void laterVersionIsReadAsFarAsItIsKnownAndWrittenAsVersion00(String later) {
        assertThat(TraceContext.parse(later)).hasToString(SAMPLED);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'it has 0 characters, fewer than 55'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0, 'it has 54 characters, fewer than 55'",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7, 'it has 52 characters, fewer than 55'",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 'its version must be two lower-case hex digits, and not ff'",
        "0G-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 'its version must be two lower-case hex digits, and not ff'",
        "0A-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 'its version must be two lower-case hex digits, and not ff'",
        "001-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 'its version must be two lower-case hex digits, and not ff'",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 'its version must be two lower-case hex digits, and not ff'",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01, 'its trace id must be 32 lower-case hex digits, and not all zero'",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01, 'its trace id must be 32 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e473.-00f067aa0ba902b7-01, 'its trace id must be 32 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e47361-0f067aa0ba902b7-01, 'its trace id must be 32 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01, 'its trace id must be 32 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01, 'its parent id must be 16 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01, 'its parent id must be 16 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b71-1, 'its parent id must be 16 lower-case hex digits, and not all zero'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0G, 'its flags must be two lower-case hex digits'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A, 'its flags must be two lower-case hex digits'",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-012, 'its flags must be two lower-case hex digits'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-, 'version 00 has nothing after the flags'",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, 'version 00 has nothing after the flags'"
    })
    void malformedTextIsRefusedWithItsFaultAndCountsAsNoneInHeaders(String traceparent, String fault) {
        assertThatThrownBy(() -> TraceContext.parse(traceparent))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("traceparent is \"" + traceparent + "\": " + fault + "; it must look like " + SAMPLED);
        if (!traceparent.isEmpty()) {
            assertThat(TraceContext.of(Headers.NONE.withTraceContext(traceparent)))
                    .isNull();
        }
    }

    @Test
    void headersCarryIt() {
        TraceContext context = TraceContext.parse(SAMPLED);
        assertThat(TraceContext.of(Headers.NONE)).isNull();
        assertThat(TraceContext.of(Headers.NONE.withTraceContext(context.toString())))
                .isEqualTo(context);
    }

    @Test
    void childBelongsToTheSameTraceUnderAnIdOfItsOwn() {
        TraceContext parent = TraceContext.parse(SAMPLED);
        TraceContext child = parent.child(random);
        assertThat(child.traceId()).isEqualTo(parent.traceId());
        assertThat(child.parentId()).isNotEqualTo(parent.parentId());
        assertThat(child.sampled()).isTrue();
        assertThat(parent.withSampled(false).child(random).sampled()).isFalse();
        assertThat(parent).as("is left as it was").hasToString(SAMPLED);
    }

    @Test
    void rootsAreValidDifferentAndNotSampled() {
        var traces = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            TraceContext root = TraceContext.newRoot(random);
            assertThat(root.sampled()).isFalse();
            assertThat(TraceContext.parse(root.toString())).isEqualTo(root);
            assertThat(TraceContext.parse(root.withSampled(true).toString()).sampled())
                    .isTrue();
            traces.add(root.traceId());
        }
        assertThat(traces).hasSize(1_000);
    }

    @Test
    void idsAreNeverAllZero() {
        long[] numbers = {0, 0, 5, 0, 6, 0, 0, 7};
        var next = new int[1];
        RandomGenerator withZeros = () -> numbers[next[0]++];
        TraceContext root = TraceContext.newRoot(withZeros);
        assertThat(root).hasToString("00-00000000000000000000000000000005-0000000000000006-00");
        assertThat(root.child(withZeros)).hasToString("00-00000000000000000000000000000005-0000000000000007-00");
    }

    @Test
    void contextsAreEqualIfTheySayTheSame() {
        TraceContext context = TraceContext.parse(SAMPLED);
        assertThat(context).isEqualTo(TraceContext.parse(SAMPLED)).hasSameHashCodeAs(TraceContext.parse(SAMPLED));
        assertThat(context).isNotEqualTo(TraceContext.parse(NOT_SAMPLED));
        assertThat(context).isNotEqualTo(context.child(random));
        assertThat(context)
                .isNotEqualTo(TraceContext.parse("00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01"))
                .isNotEqualTo(TraceContext.parse("00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    }
}
