package dev.tokenring.benchmarks.ratio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.Peer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {
    private static final Bar BAR = Bar.atLeast(1);
    private static final Bar BYTES = Bar.bytesAtMost(0);

    private final Baseline baseline = new Baseline(List.of(found("row", BAR, 0.8), found("bytes", BYTES, 24)), 2);

    @Test
    void aRatioWithinTheToleranceIsKeptThoughItMissesItsBar() {
        Comparison now = found("row", BAR, 0.4);

        assertThat(now.isMet()).isFalse();
        assertThat(baseline.isKeptBy(now)).isTrue();
        assertThat(baseline.verdict(now)).isEqualTo("kept, was 0.80");
    }

    @Test
    void aRatioBeyondTheToleranceIsWorse() {
        Comparison now = found("row", BAR, 0.39);

        assertThat(baseline.isKeptBy(now)).isFalse();
        assertThat(baseline.verdict(now)).isEqualTo("WORSE, was 0.80");
    }

    @Test
    void aRatioThatMeetsItsBarIsKeptHoweverMuchBetterItWas() {
        var formerly = new Baseline(List.of(found("row", BAR, 100)), 2);

        assertThat(formerly.isKeptBy(found("row", BAR, 1))).isTrue();
    }

    @Test
    void aRatioThatWasAsBadOnAnotherMachineIsKept() {
        var machines = new Baseline(List.of(found("row", BAR, 5), found("row", BAR, 0.2)), 2);
        assertThat(machines.verdict(found("row", BAR, 0.1))).isEqualTo("kept, was 5.00 or 0.20");
        assertThat(machines.verdict(found("row", BAR, 0.09))).isEqualTo("WORSE, was 5.00 or 0.20");
    }

    @Test
    void aNewRowHasToMeetItsBar() {
        assertThat(baseline.verdict(found("another", BAR, 1.1))).isEqualTo("kept, new");
        assertThat(baseline.verdict(found("another", BAR, 0.9))).isEqualTo("WORSE, new");
    }

    @Test
    void allocationsAreExact() {
        assertThat(baseline.isKeptBy(found("bytes", BYTES, 24))).isTrue();
        assertThat(baseline.isKeptBy(found("bytes", BYTES, 25))).isFalse();
    }

    @Test
    void aToleranceBelowOneIsRefused() {
        assertThatThrownBy(() -> new Baseline(List.of(), 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tolerance is 0.5: it is a factor, 1 or more");
        assertThatThrownBy(() -> new Baseline(List.of(), Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findingsComeBackAsTheyWereWritten(@TempDir Path folder) {
        Path file = folder.resolve("baseline.json");
        var findings = new Findings(Machine.here(), List.of(found("row", BAR, 0.8), found("bytes", BYTES, 24)));
        findings.write(file);

        assertThat(Findings.read(file)).isEqualTo(findings);
    }

    private static Comparison found(String name, Bar bar, double ratio) {
        Setting setting = Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", Peer.TOKENRING);
        var figure = new Figure(setting, List.of(ratio));
        return new Comparison(name, "a promise", bar, figure, null, List.of(ratio));
    }
}
