package dev.tokenring.benchmarks.ratio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairsTest {
    private static final Setting OURS = of(Peer.TOKENRING);
    private static final Setting REFERENCE = of(Peer.DISRUPTOR);
    private static final Row ROW = new Row("row", "a promise", Bar.atLeast(1), OURS, REFERENCE, true);
    private static final Row ALONE = new Row("alone", "a promise", Bar.bytesAtMost(8), OURS, null, true);

    private final List<Setting> ran = new ArrayList<>();
    private final List<Comparison> done = new ArrayList<>();

    @Test
    void whoGoesFirstAlternates() {
        measure(3, ROW);

        assertThat(ran).containsExactly(OURS, REFERENCE, REFERENCE, OURS, OURS, REFERENCE);
    }

    @Test
    void ratiosAreOfTheTwoThatRanOneAfterTheOther() {
        Comparison comparison = measure(3, ROW).get(0);

        assertThat(comparison.ours().samples()).containsExactly(1.0, 4.0, 5.0);
        assertThat(comparison.reference()).isNotNull();
        assertThat(comparison.ratios()).containsExactly(1.0 / 2, 4.0 / 3, 5.0 / 6);
        assertThat(comparison.ratio()).isEqualTo(5.0 / 6);
        assertThat(comparison.lowest()).isEqualTo(0.5);
        assertThat(comparison.highest()).isEqualTo(4.0 / 3);
        assertThat(comparison.isMet()).isFalse();
    }

    @Test
    void whatIsExactIsMeasuredOnce() {
        Comparison comparison = measure(7, ALONE).get(0);

        assertThat(ran).containsExactly(OURS);
        assertThat(comparison.reference()).isNull();
        assertThat(comparison.ratios()).containsExactly(1.0);
        assertThat(comparison.isMet()).isTrue();
    }

    @Test
    void everyRowHasItsPairBeforeAnyHasTheNext() {
        var other = new Row("other", "a promise", Bar.atLeast(1), REFERENCE, OURS, true);

        List<Comparison> found = measure(2, ROW, ALONE, other);

        assertThat(ran).containsExactly(OURS, REFERENCE, OURS, REFERENCE, OURS, REFERENCE, OURS, OURS, REFERENCE);
        assertThat(found).extracting(Comparison::name).containsExactly("row", "alone", "other");
        assertThat(done).extracting(Comparison::name).containsExactly("alone", "row", "other");
        assertThat(done).containsExactlyInAnyOrderElementsOf(found);
    }

    private List<Comparison> measure(int pairs, Row... rows) {
        return new Pairs(row -> pairs, this::run).measure(List.of(rows), done::add);
    }

    private double run(Setting setting) {
        ran.add(setting);
        return ran.size();
    }

    private static Setting of(Peer peer) {
        return Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", peer);
    }
}
