package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Setting OURS = of(Peer.TOKENRING);
    private static final Setting THEIRS = of(Peer.DISRUPTOR);

    private final List<Setting> ran = new ArrayList<>();

    @Test
    void settingsTakeTurnsAndEveryOtherRoundGoesBackwards() {
        new Rounds(setting -> 3, this::run).measure(List.of(OURS, THEIRS));

        assertThat(ran).containsExactly(OURS, THEIRS, THEIRS, OURS, OURS, THEIRS);
    }

    @Test
    void everySettingKeepsTheValuesOfItsOwnRuns() {
        List<Figure> figures = new Rounds(setting -> 3, this::run).measure(List.of(OURS, THEIRS));

        assertThat(figures)
                .containsExactly(new Figure(OURS, List.of(1.0, 4.0, 5.0)), new Figure(THEIRS, List.of(2.0, 3.0, 6.0)));
    }

    @Test
    void aSettingThatTwoChartsShowIsMeasuredOnce() {
        assertThat(new Rounds(setting -> 1, this::run).measure(List.of(OURS, THEIRS, OURS)))
                .hasSize(2);
        assertThat(ran).containsExactly(OURS, THEIRS);
    }

    @Test
    void whatTakesLongTakesPartInFewerRounds() {
        new Rounds(setting -> setting.equals(OURS) ? 3 : 1, this::run).measure(List.of(OURS, THEIRS));

        assertThat(ran).containsExactly(OURS, THEIRS, OURS, OURS);
    }

    private double run(Setting setting) {
        ran.add(setting);
        return ran.size();
    }

    private static Setting of(Peer peer) {
        return Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", peer);
    }
}
