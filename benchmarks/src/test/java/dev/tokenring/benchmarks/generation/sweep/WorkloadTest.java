package dev.tokenring.benchmarks.generation.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final Workload EVEN = new Workload(Spacing.EVEN, 1);
    private static final Workload POISSON = new Workload(Spacing.POISSON, 1);

    @Test
    void evenRequestsAreAsFarApartAsTheirRateSays() {
        assertThat(EVEN.at(4, SECOND_NS))
                .extracting(Arrival::dueNs)
                .containsExactly(0L, 250_000_000L, 500_000_000L, 750_000_000L);
    }

    @Test
    void requestsOfStrangersComeAtTheRateInTheMeanAndManySoonAfterTheLast() {
        List<Arrival> arrivals = POISSON.at(1000, 20 * SECOND_NS);
        assertThat(arrivals).isSortedAccordingTo((one, other) -> Long.compare(one.dueNs(), other.dueNs()));
        assertThat(arrivals.size()).isCloseTo(20_000, withinPercentage(3));
        long soon = 0;
        for (int i = 1; i < arrivals.size(); i++) {
            soon += arrivals.get(i).dueNs() - arrivals.get(i - 1).dueNs() < 693_147
                    ? 1
                    : 0; // the median gap: ln 2 of a mean one
        }
        assertThat(soon).isCloseTo(10_000, withinPercentage(3));
    }

    @Test
    void theSameSeedGivesTheSameRequests() {
        assertThat(POISSON.at(100, SECOND_NS)).isEqualTo(new Workload(Spacing.POISSON, 1).at(100, SECOND_NS));
        assertThat(POISSON.at(100, SECOND_NS)).isNotEqualTo(new Workload(Spacing.POISSON, 2).at(100, SECOND_NS));
    }

    @Test
    void atEachRateTheSameIsWanted() {
        List<Arrival> few = POISSON.at(50, SECOND_NS);
        List<Arrival> many = POISSON.at(100, SECOND_NS).subList(0, few.size());
        assertThat(many)
                .extracting(Arrival::newTokens)
                .isEqualTo(few.stream().map(Arrival::newTokens).toList());
        assertThat(many)
                .extracting(Arrival::promptTokens)
                .isEqualTo(few.stream().map(Arrival::promptTokens).toList());
        assertThat(POISSON.first(few.size()))
                .extracting(Arrival::newTokens)
                .isEqualTo(few.stream().map(Arrival::newTokens).toList());
    }

    @Test
    void lengthsLieBetweenTheirLimitsAndReachBoth() {
        List<Arrival> arrivals = POISSON.at(5000, SECOND_NS);
        assertThat(arrivals)
                .extracting(Arrival::promptTokens)
                .contains(8, 64)
                .allMatch(tokens -> tokens >= 8 && tokens <= 64);
        assertThat(arrivals)
                .extracting(Arrival::newTokens)
                .contains(8, 64)
                .allMatch(tokens -> tokens >= 8 && tokens <= 64);
    }

    @Test
    void promptsHaveTheirLengthAndNoTwoBeginAlike() {
        var one = new Arrival(0, 8, 1, 5);
        var other = new Arrival(0, 8, 1, 6);
        assertThat(one.prompt(100)).hasSize(8).isEqualTo(one.prompt(100)).isNotEqualTo(other.prompt(100));
        for (int id : one.prompt(100)) {
            assertThat(id).isBetween(0, 99);
        }
    }
}
