package dev.tokenring.benchmarks.generation.sweep;

import static dev.tokenring.benchmarks.generation.sweep.Answer.End.ANSWERED;
import static dev.tokenring.benchmarks.generation.sweep.Answer.End.TOO_LATE;
import static dev.tokenring.benchmarks.generation.sweep.Answer.End.TURNED_AWAY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServedTest {
    private static final Limits LIMITS = new Limits(100, 500);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    @Test
    void onlyTokensOfAnswersThatBeganAndEndedInTimeAreGood() {
        Served served = Served.of(
                List.of(
                        answered(0, 90, 400, 10),
                        answered(0, 110, 400, 20), // began too late
                        answered(0, 90, 510, 40)), // ended too late
                0,
                2 * SECOND_NS,
                LIMITS);
        assertThat(served.goodput()).isEqualTo(5);
        assertThat(served.tokensPerS()).isEqualTo(35);
    }

    @Test
    void atTheLimitIsInTime() {
        assertThat(LIMITS.isMetBy(answered(0, 100, 500, 10))).isTrue();
    }

    @Test
    void whoeverGotNothingOrAPartAddsNothingToGoodput() {
        Served served = Served.of(
                List.of(
                        new Answer(arrival(0), TURNED_AWAY, -1, -1, 0, ms(1)),
                        new Answer(arrival(0), TOO_LATE, ms(50), ms(499), 7, ms(500))),
                0,
                SECOND_NS,
                LIMITS);
        assertThat(served.goodput()).isZero();
        assertThat(served.tokensPerS()).isZero();
        assertThat(served.requests()).isEqualTo(2);
        assertThat(served.turnedAway()).isEqualTo(1);
        assertThat(served.tooLate()).isEqualTo(1);
        assertThat(served.firstTokenP50Ms()).isEqualTo(50);
    }

    @Test
    void requestsCountByWhenTheyWereDueAndTokensByWhenTheAnswerEnded() {
        Served served = Served.of(
                List.of(
                        answered(900, 10, 200, 10), // due before, ended within
                        answered(1900, 20, 200, 20)), // due within, ended after
                SECOND_NS,
                2 * SECOND_NS,
                LIMITS);
        assertThat(served.requests()).isEqualTo(1);
        assertThat(served.firstTokenP50Ms()).isEqualTo(20);
        assertThat(served.tokensPerS()).isEqualTo(10);
    }

    @Test
    void percentilesAreValuesThatOccurred() {
        List<Answer> answers = IntStream.rangeClosed(1, 200)
                .mapToObj(i -> answered(0, i, i + 10, 11))
                .toList();
        Served served = Served.of(answers, 0, SECOND_NS, LIMITS);
        assertThat(served.firstTokenP50Ms()).isEqualTo(100);
        assertThat(served.firstTokenP99Ms()).isEqualTo(198);
        assertThat(served.perTokenP50Ms()).isEqualTo(1);
        assertThat(served.perTokenP99Ms()).isEqualTo(1);
    }

    @Test
    void ifNobodyGotATokenItTookAsLongAsTheDeadline() {
        Served served = Served.of(List.of(new Answer(arrival(0), TURNED_AWAY, -1, -1, 0, ms(1))), 0, SECOND_NS, LIMITS);
        assertThat(served.firstTokenP99Ms()).isEqualTo(500);
        assertThat(served.perTokenP50Ms()).isEqualTo(500);
    }

    @Test
    void limitsAreInTermsOfTheModelsOwnSpeed() {
        assertThat(Limits.of(10, 5, 12)).isEqualTo(new Limits(500, 1200));
    }

    private static Answer answered(long dueMs, long firstMs, long lastMs, int tokens) {
        return new Answer(arrival(dueMs), ANSWERED, ms(firstMs), ms(lastMs), tokens, ms(lastMs));
    }

    private static Arrival arrival(long dueMs) {
        return new Arrival(ms(dueMs), 8, 8, 1);
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
