package dev.tokenring.benchmarks.ratio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.generation.GenerationPeer;
import dev.tokenring.benchmarks.measure.Metric;
import org.junit.jupiter.api.Test;

class GenerationRowsTest {
    @Test
    void bothSidesCountTokens() {
        assertThat(GenerationRows.all())
                .allSatisfy(row -> assertThat(row.ours().metric().unit()).isEqualTo(Metric.TOKENS.unit()))
                .allSatisfy(row -> assertThat(row.reference()).isNotNull().satisfies(reference -> assertThat(
                                reference.metric())
                        .isEqualTo(row.ours().metric())));
    }

    @Test
    void aRowBesideAnotherProgramNeedsWhatThatProgramNeeds() {
        assertThat(GenerationRows.all())
                .filteredOn(row -> row.name().endsWith("-than-jlama"))
                .singleElement()
                .satisfies(row -> assertThat(row.need().missing()).isEqualTo(GenerationPeer.JLAMA.missing()));
    }

    @Test
    void noneTakesMorePairsThanItsShareOfTheTime() {
        assertThat(GenerationRows.all())
                .allSatisfy(row -> assertThat(row.mostPairs()).isBetween(2, 3));
        assertThat(GenerationRows.all()).filteredOn(Row::quick).hasSize(1);
    }
}
