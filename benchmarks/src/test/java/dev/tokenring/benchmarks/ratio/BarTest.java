package dev.tokenring.benchmarks.ratio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BarTest {
    @Test
    void atLeastComparesOursWithTheReference() {
        Bar bar = Bar.atLeast(0.9);

        assertThat(bar.value(9, 10)).isEqualTo(0.9);
        assertThat(bar.isMetBy(0.9)).isTrue();
        assertThat(bar.isMetBy(0.89)).isFalse();
        assertThat(bar).hasToString("≥ 0.90");
    }

    @Test
    void atMostIsMissedByMore() {
        Bar bar = Bar.atMost(1.25);

        assertThat(bar.value(25, 20)).isEqualTo(1.25);
        assertThat(bar.isMetBy(1.25)).isTrue();
        assertThat(bar.isMetBy(1.26)).isFalse();
        assertThat(bar).hasToString("≤ 1.25");
    }

    @Test
    void timesFasterCountsHowOftenOursFitsIntoTheReference() {
        Bar bar = Bar.timesFaster(10);

        assertThat(bar.value(2, 20)).isEqualTo(10);
        assertThat(bar.isMetBy(10)).isTrue();
        assertThat(bar.isMetBy(9.9)).isFalse();
        assertThat(bar).hasToString("≥ 10.00");
    }

    @Test
    void bytesAreComparedAloneAndToAQuarterOfAByte() {
        Bar bar = Bar.bytesAtMost(88);

        assertThat(bar.needsReference()).isFalse();
        assertThat(bar.value(88, Double.NaN)).isEqualTo(88);
        assertThat(bar.isMetBy(88.24)).isTrue();
        assertThat(bar.isMetBy(88.26)).isFalse();
        assertThat(bar).hasToString("≤ 88 ± 0.25");
    }

    @Test
    void aReferenceIsNeededByEverythingElse() {
        assertThat(Bar.atLeast(1).needsReference()).isTrue();
        assertThat(Bar.atMost(1).needsReference()).isTrue();
        assertThat(Bar.timesFaster(1).needsReference()).isTrue();
    }

    @Test
    void ratiosMayBecomeWorseByTheFactorAndNoMore() {
        assertThat(Bar.atLeast(1).isKeptBy(2, 4, 2)).isTrue();
        assertThat(Bar.atLeast(1).isKeptBy(1.9, 4, 2)).isFalse();
        assertThat(Bar.timesFaster(1).isKeptBy(2, 4, 2)).isTrue();
        assertThat(Bar.timesFaster(1).isKeptBy(1.9, 4, 2)).isFalse();
        assertThat(Bar.atMost(1).isKeptBy(8, 4, 2)).isTrue();
        assertThat(Bar.atMost(1).isKeptBy(8.1, 4, 2)).isFalse();
    }

    @Test
    void bytesMayNotGrowWhateverTheFactor() {
        assertThat(Bar.bytesAtMost(0).isKeptBy(24, 24, 2)).isTrue();
        assertThat(Bar.bytesAtMost(0).isKeptBy(25, 24, 2)).isFalse();
    }
}
