package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.sweep.Limits;
import dev.tokenring.benchmarks.generation.sweep.Policy;
import dev.tokenring.benchmarks.generation.sweep.Served;
import dev.tokenring.benchmarks.generation.sweep.Spacing;
import dev.tokenring.benchmarks.generation.sweep.SweepPoint;
import dev.tokenring.benchmarks.generation.sweep.SweepResult;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.ratio.Bar;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.llm.Precision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Results that nobody measured, with round numbers. */
final class MadeUp {
    static final Comparison MET = comparison("faster than a snail", 0.90, List.of(1.0, 1.25, 1.5));
    static final Comparison MISSED = comparison("faster than a hare", 2.0, List.of(0.25, 0.5, 0.75));
    static final Comparison BYTES = new Comparison(
            "bytes",
            "allocated by a message",
            new Bar(Bar.Measure.OURS_AT_MOST, 88),
            new Figure(byReference(Peer.TOKENRING), List.of(88.0)),
            null,
            List.of(88.0));

    private MadeUp() {}

    /** Of everything that is shown: ours has 40 to 60 of whatever it is, JCTools 200, the others 10 each. */
    static Results results() {
        List<Figure> figures = Sections.all().stream()
                .flatMap(section -> section.settings().stream())
                .filter(setting -> !"JLAMA".equals(setting.params().get("peer")))
                .distinct()
                .map(setting -> new Figure(setting, samples(setting)))
                .toList();
        return new Results(
                new Machine("a processor", 2, 4096, "Linux 6.1", "a JVM 17", List.of()),
                "0123456789abcdef",
                Instant.parse("2024-02-29T12:00:00Z"),
                figures,
                List.of(MET, MISSED, BYTES),
                Map.of("replay", "durable topics"),
                List.of(
                        latency("TOKENRING", 0.5, 4.0, 6_000),
                        latency("DISRUPTOR", 0.4, 5.0, 5_000),
                        latency(Latency.MACHINE, 50, 51, 5_900)),
                new IdleCost.Percent(100, 0.25, 0.125),
                sweep(),
                Map.of("JLAMA", "a newer JDK"));
    }

    /** Continuous batches lead in everything but the time of a further token. */
    private static SweepResult sweep() {
        List<SweepPoint> points = Stream.of(0.5, 8.0)
                .flatMap(times -> Stream.of(
                        point(Policy.ONE_AT_A_TIME, times, served(80, 160, 2, 100)),
                        point(Policy.STATIC_BATCHES, times, served(40, 80, 8, 400)),
                        point(Policy.CONTINUOUS, times, served(10, 20, 4, 800))))
                .toList();
        return new SweepResult(
                GenerationModel.HOUSE, Precision.FP32, Spacing.POISSON, 2, 10, new Limits(500, 1000), points);
    }

    private static SweepPoint point(Policy policy, double times, Served served) {
        return new SweepPoint(policy, times, 10 * times, List.of(served, served));
    }

    private static Served served(double firstP50, double firstP99, double further, double goodput) {
        return new Served(40, 3, 2, firstP50, firstP99, further, 2 * further, 2 * goodput, goodput);
    }

    private static List<Double> samples(Setting setting) {
        String peer = setting.params().getOrDefault("peer", "");
        if (peer.startsWith("TOKENRING")) {
            return List.of(50.0, 40.0, 60.0);
        }
        return peer.startsWith("JCTOOLS") ? List.of(200.0) : List.of(10.0);
    }

    static Latency latency(String peer, double p50, double p99, double max) {
        return latency(peer, 1, p50, p99, max);
    }

    /** With a range from a median divided by a factor to one multiplied by it. */
    static Latency latency(String peer, double factor, double p50, double p99, double max) {
        return new Latency(
                peer,
                "ADAPTIVE",
                100_000,
                percentiles(p50, p99, max),
                percentiles(p50 / factor, p99 / factor, max / factor),
                percentiles(p50 * factor, p99 * factor, max * factor),
                null,
                null);
    }

    static SortedMap<Double, Double> percentiles(double p50, double p99, double max) {
        return new TreeMap<>(Map.of(50.0, p50, 99.0, p99, 100.0, max));
    }

    private static Comparison comparison(String promise, double bar, List<Double> ratios) {
        return new Comparison(
                promise.replace(' ', '-'),
                promise,
                new Bar(Bar.Measure.OURS_TO_REFERENCE_AT_LEAST, bar),
                new Figure(byReference(Peer.TOKENRING), List.of(10.0)),
                new Figure(byReference(Peer.DISRUPTOR), List.of(20.0)),
                ratios);
    }

    private static Setting byReference(Peer peer) {
        return Setting.of(PublishByReference.class, Metric.THROUGHPUT, "peer", peer);
    }
}
