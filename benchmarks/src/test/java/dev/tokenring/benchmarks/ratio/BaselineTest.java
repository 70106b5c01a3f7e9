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
import java.time.Instant;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {
    private static final Bar BAR = Bar.atLeast(1);
    private static final Bar BYTES = Bar.bytesAtMost(0);

    private static final Machine HERE = new Machine("a processor", 2, 4096, "Linux", "a JVM", List.of());
    private static final Machine OTHER = new Machine("another", 2, 4096, "Linux", "a JVM", List.of());

    private final Baseline baseline =
            new Baseline(List.of(run(HERE, found("row", BAR, 0.9, 0.8, 1.6), found("bytes", BYTES, 24))), HERE, 2);

    @Test
    void aRatioWithinTheToleranceOfTheWorstPairIsKeptThoughItMissesItsBar() {
        Comparison now = found("row", BAR, 0.4);

        assertThat(now.isMet()).isFalse();
        assertThat(baseline.isKeptBy(now)).isTrue();
        assertThat(baseline.verdict(now)).isEqualTo("kept, was 0.90 at worst 0.80");
    }

    @Test
    void aRatioBeyondTheToleranceIsWorse() {
        Comparison now = found("row", BAR, 0.39);

        assertThat(baseline.isKeptBy(now)).isFalse();
        assertThat(baseline.verdict(now)).isEqualTo("WORSE, was 0.90 at worst 0.80");
    }

    @Test
    void whoHasBecomeMuchSlowerOnTheSameKindOfMachineIsWorseThoughItMeetsItsBar() {
        var formerly =
                new Baseline(List.of(run(HERE, found("row", BAR, 100, 90)), run(OTHER, found("row", BAR, 3))), HERE, 2);

        assertThat(formerly.isKeptBy(found("row", BAR, 45))).isTrue();
        assertThat(formerly.isKeptBy(found("row", BAR, 44))).isFalse();
    }

    @Test
    void onAnUnknownMachineItIsEnoughToMeetTheBarOrToBeAsGoodAsOnAnyOther() {
        var machines =
                new Baseline(List.of(run(OTHER, found("row", BAR, 5)), run(OTHER, found("row", BAR, 0.2))), HERE, 2);

        assertThat(machines.isKeptBy(found("row", BAR, 1))).isTrue();
        assertThat(machines.verdict(found("row", BAR, 0.1)))
                .isEqualTo("kept, was 5.00 at worst 5.00 or 0.20 at worst 0.20");
        assertThat(machines.isKeptBy(found("row", BAR, 0.09))).isFalse();
    }

    @Test
    void aRowThatIsKnownOfOtherMachinesAloneIsComparedWithThose() {
        var machines = new Baseline(
                List.of(run(HERE, found("another row", BAR, 5)), run(OTHER, found("row", BAR, 0.2))), HERE, 2);

        assertThat(machines.isKeptBy(found("row", BAR, 1))).isTrue();
        assertThat(machines.isKeptBy(found("row", BAR, 0.1))).isTrue();
        assertThat(machines.isKeptBy(found("row", BAR, 0.09))).isFalse();
    }

    @Test
    void whatHasToBeSmallIsComparedWithTheGreatestPair() {
        Bar small = Bar.atMost(1.25);
        var formerly = new Baseline(List.of(run(HERE, found("row", small, 0.5, 1))), HERE, 1.5);

        assertThat(formerly.isKeptBy(found("row", small, 1.5))).isTrue();
        assertThat(formerly.isKeptBy(found("row", small, 1.6))).isFalse();
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
        assertThatThrownBy(() -> new Baseline(List.of(), HERE, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--tolerance is 0.5: it is a factor, 1 or more");
        assertThatThrownBy(() -> new Baseline(List.of(), HERE, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findingsComeBackAsTheyWereWritten(@TempDir Path folder) {
        Path file = folder.resolve("baseline.json");
        var findings = new Findings(
                HERE, "a commit", Instant.EPOCH, List.of(found("row", BAR, 0.8), found("bytes", BYTES, 24)));
        findings.write(file);

        assertThat(Findings.read(file)).isEqualTo(findings);
    }

    private static Findings run(Machine machine, Comparison... found) {
        return new Findings(machine, null, null, List.of(found));
    }

    private static Comparison found(String name, Bar bar, double... ratios) {
        Setting setting = Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", Peer.TOKENRING);
        List<Double> all = DoubleStream.of(ratios).boxed().toList();
        return new Comparison(name, "a promise", bar, new Figure(setting, all), null, all);
    }
}
