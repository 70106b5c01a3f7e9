package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a message is tried again, and when it is given up. */
class RetryPolicyTest {
    private static final Throwable CAUSE = new IllegalStateException("not now");
    private static final long MS = 1_000_000;

    private final RandomGenerator random = new SplittableRandom(42);

    private List<Long> delaysMs(RetryPolicy policy, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToLong(attempts -> policy.delayNs(attempts, CAUSE, random))
                .map(delayNs -> delayNs < 0 ? -1 : delayNs / MS)
                .boxed()
                .toList();
    }

    @Test
    void noneGivesUpAfterTheFirstTry() {
        assertThat(RetryPolicy.NONE.maxAttempts()).isEqualTo(1);
        assertThat(RetryPolicy.NONE.delayNs(1, CAUSE, random)).isEqualTo(-1);
    }

    @Test
    void defaultsAreAsDocumented() {
        assertThat(RetryPolicy.of(3))
                .hasToString("RetryPolicy[maxAttempts=3, first=PT0.1S, factor=2.0, max=PT30S, jitter=0.2]");
    }

    @Test
    void restsGrowByTheFactorUpToTheLimitThenTheMessageIsGivenUp() {
        assertThat(delaysMs(RetryPolicy.of(12).withJitter(0), 13))
                .containsExactly(
                        100L, 200L, 400L, 800L, 1_600L, 3_200L, 6_400L, 12_800L, 25_600L, 30_000L, 30_000L, -1L, -1L);
        RetryPolicy threefold =
                RetryPolicy.of(4).withJitter(0).withBackoff(Duration.ofMillis(10), 3, Duration.ofMillis(50));
        assertThat(delaysMs(threefold, 4)).containsExactly(10L, 30L, 50L, -1L);
        RetryPolicy steady = RetryPolicy.of(4).withJitter(0).withBackoff(Duration.ofMillis(7), 1, Duration.ofDays(1));
        assertThat(delaysMs(steady, 4)).containsExactly(7L, 7L, 7L, -1L);
    }

    @Test
    void endlessRetriesStayAtTheLimit() {
        RetryPolicy endless = RetryPolicy.of(Integer.MAX_VALUE).withJitter(0);
        assertThat(endless.delayNs(Integer.MAX_VALUE - 1, CAUSE, random))
                .isEqualTo(Duration.ofSeconds(30).toNanos());
        RetryPolicy yearly = endless.withBackoff(Duration.ofNanos(1), Double.MAX_VALUE, Duration.ofDays(365));
        assertThat(yearly.delayNs(Integer.MAX_VALUE - 1, CAUSE, random))
                .isEqualTo(Duration.ofDays(365).toNanos());
    }

    @Test
    void jitterSpreadsTheRestsOverItsWholeRangeAndNotBeyond() {
        RetryPolicy policy = RetryPolicy.of(2).withJitter(0.25);
        long[] delaysMs = LongStream.generate(() -> policy.delayNs(1, CAUSE, random))
                .limit(10_000)
                .map(delayNs -> delayNs / MS)
                .toArray();
        assertThat(LongStream.of(delaysMs).summaryStatistics()).satisfies(seen -> {
            assertThat(seen.getMin()).isEqualTo(75);
            assertThat(seen.getMax()).isEqualTo(99);
            assertThat(seen.getAverage()).isBetween(86.0, 88.0);
        });
    }

    @Test
    void sameSeedGivesTheSameRests() {
        RetryPolicy policy = RetryPolicy.of(50);
        RandomGenerator first = new SplittableRandom(7);
        RandomGenerator second = new SplittableRandom(7);
        for (int attempts = 1; attempts < 50; attempts++) {
            assertThat(policy.delayNs(attempts, CAUSE, first)).isEqualTo(policy.delayNs(attempts, CAUSE, second));
        }
    }

    @Test
    void errorThatAnotherTryCannotMendIsGivenUpAtOnce() {
        RetryPolicy policy = RetryPolicy.of(3).onlyFor(IOException.class::isInstance);
        assertThat(policy.delayNs(1, new IOException("line is busy"), random)).isPositive();
        assertThat(policy.delayNs(1, new IllegalArgumentException("never right"), random))
                .isEqualTo(-1);
        assertThat(policy.onlyFor(thrown -> true).delayNs(1, CAUSE, random))
                .as("the later choice replaces the earlier one")
                .isPositive();
    }

    @Test
    void predicateThatThrowsGivesTheMessageUpAndItsErrorIsKept() {
        var broken = new UncheckedIOException(new IOException("broken predicate"));
        RetryPolicy policy = RetryPolicy.of(3).onlyFor(thrown -> {
            throw broken;
        });
        var cause = new IllegalStateException("cause");
        assertThat(policy.delayNs(1, cause, random)).isEqualTo(-1);
        assertThat(cause).hasSuppressedException(broken);
        assertThat(policy.delayNs(1, broken, random))
                .as("an error can't be suppressed by itself")
                .isEqualTo(-1);
    }

    @Test
    void derivedPolicyChangesOneThingAndLeavesTheOriginal() {
        RetryPolicy original = RetryPolicy.of(3);
        assertThat(original.withJitter(0.5))
                .hasToString("RetryPolicy[maxAttempts=3, first=PT0.1S, factor=2.0, max=PT30S, jitter=0.5]");
        assertThat(original.withBackoff(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(9)))
                .hasToString("RetryPolicy[maxAttempts=3, first=PT1S, factor=1.5, max=PT9S, jitter=0.2]");
        assertThat(original.onlyFor(thrown -> false).maxAttempts()).isEqualTo(3);
        assertThat(original).hasToString("RetryPolicy[maxAttempts=3, first=PT0.1S, factor=2.0, max=PT30S, jitter=0.2]");
        assertThat(original.delayNs(1, CAUSE, random)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void wrongNumberOfAttemptsIsRefused(int wrong) {
        assertThatThrownBy(() -> RetryPolicy.of(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxAttempts is " + wrong
                        + ": it counts the first try too, so it must be at least 1, which means no retry");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,    2,        PT1S, 'first backoff is PT0S: it must be more than zero,'",
        "PT-0.1S, 2,        PT1S, 'first backoff is PT-0.1S: it must be more than zero,'",
        "PT0.1S,  0.99,     PT1S, 'backoff factor is 0.99: it must be a number from 1,'",
        "PT0.1S,  NaN,      PT1S, 'backoff factor is NaN: it must be a number from 1,'",
        "PT0.1S,  Infinity, PT1S, 'backoff factor is Infinity: it must be a number from 1,'",
        "PT2S,    2,        PT1S, 'longest backoff is PT1S: it must be from the first backoff, PT2S, to PT8760H'",
        "PT2S,    2,    PT8760H1S, 'longest backoff is PT8760H1S: it must be from the first backoff, PT2S, to PT8760H'"
    })
    void wrongBackoffIsRefused(Duration first, double factor, Duration max, String message) {
        assertThatThrownBy(() -> RetryPolicy.of(3).withBackoff(first, factor, max))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
    void wrongJitterIsRefused(double wrong) {
        assertThatThrownBy(() -> RetryPolicy.of(3).withJitter(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jitter is " + wrong
                        + ": it is a part of the backoff, and must be from 0 to 1, for example 0.2");
    }
}
