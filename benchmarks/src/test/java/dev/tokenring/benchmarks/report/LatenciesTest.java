package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.report.Chart.Lines;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a chart of latencies shows, and what is said under it. */
class LatenciesTest {
    private static final Sources SOURCES = Sources.of(Path.of("docs/benchmarks"), Path.of(""));

    @Test
    void textTellsTheMachinesStallsFromOurs() {
        assertThat(Latencies.of(MadeUp.results()).get(0).text(SOURCES))
                .contains("From max on the machine's own hiccups in Tokenring's runs are at least half as large as its"
                        + " latencies (5,900 µs beside 6,000 µs there): most of that may be the machine's doing.")
                .contains("longer than the Disruptor by hand at p50 (1.25 times). For each message it asks")
                .contains("longer than the Disruptor by hand at max (1.20 times). That is more than ten times as long")
                .contains("| Tokenring | 0.50 (0.50 to 0.50) | 4.00 (4.00 to 4.00) | 6,000 (6,000 to 6,000) |");
    }

    @Test
    void errorBarsGoFromTheLowestRunToTheHighest() {
        var chart =
                (Lines) latencies(MadeUp.latency("TOKENRING", 2, 0.5, 4, 6_000)).chart();

        assertThat(chart.points()).extracting(Chart.Point::low).containsExactly(0.25, 2.0, 3_000.0);
        assertThat(chart.points()).extracting(Chart.Point::high).containsExactly(1.0, 8.0, 12_000.0);
        assertThat(Svg.of(chart))
                .hasSizeGreaterThan(
                        Svg.of(new Lines(chart.name(), chart.description(), chart.x(), chart.y(), withoutRanges(chart)))
                                .length());
    }

    @Test
    void errorBarsOfALineStandBesideThoseOfAnother() {
        var chart = (Lines)
                latencies(MadeUp.latency("TOKENRING", 2, 0.5, 4, 6_000), MadeUp.latency("DISRUPTOR", 2, 0.5, 4, 6_000))
                        .chart();

        assertThat(chart.points()).extracting(Chart.Point::x).doesNotHaveDuplicates();
    }

    @Test
    void tableHasTheRangeOfEachMedian() {
        assertThat(latencies(MadeUp.latency("TOKENRING", 2, 0.5, 4, 6_000)).text(SOURCES))
                .contains("| Tokenring | 0.50 (0.25 to 1.00) | 4.00 (2.00 to 8.00) | 6,000 (3,000 to 12,000) |");
    }

    @Test
    void latenciesOfATimeBeforeRangesAreStillShown() {
        Latency before = before("TOKENRING", 0.5);

        assertThat(before.hasRange()).isFalse();
        assertThat(latencies(before).text(SOURCES))
                .contains("| Tokenring | 0.50 | 4.00 | 6,000 |", "how far those lay apart was not kept");
        assertThat(((Lines) latencies(before).chart()).points())
                .allSatisfy(point -> assertThat(point.low()).isEqualTo(point.high()));
        assertThat(latencies(before, before("DISRUPTOR", 0.4)).text(SOURCES))
                .contains("at p50 (1.25 times).", "How far the runs lay apart was not kept, so it may be by chance.");
    }

    @Test
    void nothingIsALossWhereTheRangesOverlap() {
        String text = latencies(
                        MadeUp.latency("TOKENRING", 1.1, 0.5, 781, 6_000),
                        MadeUp.latency("DISRUPTOR", 1.1, 0.6, 742, 7_000))
                .text(SOURCES);

        assertThat(text)
                .contains(
                        "**Where we lose, and why:** Nowhere, in this chart and on this machine. The median is longer at"
                                + " p99 (1.05 times), but the ranges of the runs overlap there");
    }

    @Test
    void workForEachMessageIsNoReasonForAMillisecond() {
        String text = latencies(
                        MadeUp.latency("TOKENRING", 1.1, 0.5, 1_548, 6_000),
                        MadeUp.latency("DISRUPTOR", 1.1, 0.6, 457, 7_000))
                .text(SOURCES);

        assertThat(text)
                .contains("Tokenring takes longer than the Disruptor by hand at p99 (3.39 times). That is more than ten"
                        + " times as long as it usually takes: what is seen there are stalls")
                .doesNotContain("For each message it asks");
    }

    @Test
    void whereNothingIsKnownNoReasonIsMadeUp() {
        assertThat(latencies(MadeUp.latency("TOKENRING", 1.1, 0.5, 2, 5), MadeUp.latency("DISRUPTOR", 1.1, 0.6, 1, 6))
                        .text(SOURCES))
                .contains("at p99 (2.00 times). Why is not known yet.");
    }

    @Test
    void hiccupsThatAreAsLargeAsLatenciesAreCalledThat() {
        assertThat(latencies(
                                MadeUp.latency("TOKENRING", 1.1, 0.15, 781, 3_869),
                                MadeUp.latency(Latency.MACHINE, 1.1, 48.93, 1_046, 5_120))
                        .text(SOURCES))
                .contains("From p99 on the machine's own hiccups in Tokenring's runs are as large as its latencies"
                        + " (1,046 µs beside 781 µs there): all of that may be the machine's doing.");
    }

    @Test
    void hiccupsOfBothPeersRunsAreShown() {
        Latency machine = MadeUp.latency(Latency.MACHINE, 1.1, 50, 60, 900);
        Latency besideTheirs = new Latency(
                machine.peer(),
                machine.waitStrategy(),
                machine.ratePerS(),
                machine.microsAtPercentile(),
                machine.lowestMicros(),
                machine.highestMicros(),
                Peer.DISRUPTOR.name(),
                null);

        assertThat(latencies(MadeUp.latency("TOKENRING", 2, 0.5, 4, 6_000), machine, besideTheirs)
                        .text(SOURCES))
                .contains(
                        "| the machine's own hiccups | 50.00",
                        "| the machine's hiccups beside Disruptor by hand | 50.00");
    }

    @Test
    void chartOfARateThatIsFoundAnewEachTimeKeepsItsName() {
        Latency one = MadeUp.latency("TOKENRING", 2, 0.5, 4, 6_000);
        Latency half = new Latency(
                one.peer(), one.waitStrategy(), 3_489_624, one.microsAtPercentile(), null, null, null, 6_979_249);
        var latencies = new Latencies("ADAPTIVE", 3_489_624, List.of(half));

        assertThat(latencies.chart().name()).isEqualTo("latency-adaptive-half-of-highest");
        assertThat(latencies.text(SOURCES)).contains("The rate is half of 6,979,249/s");
    }

    private static List<Chart.Point> withoutRanges(Lines chart) {
        return chart.points().stream()
                .map(point -> new Chart.Point(point.series(), point.x(), point.value(), point.value(), point.value()))
                .toList();
    }

    private static Latency before(String peer, double p50) {
        return Json.parse("""
                {"peer": "%s", "waitStrategy": "ADAPTIVE", "ratePerS": 100000,
                "microsAtPercentile": {"50.0": %s, "99.0": 4.0, "100.0": 6000.0}}""".formatted(peer, p50), Latency.class);
    }

    private static Latencies latencies(Latency... each) {
        return new Latencies("ADAPTIVE", 100_000, List.of(each));
    }
}
