package dev.tokenring.benchmarks.report;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.latency.LatencyAtRate;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.report.Chart.Axis;
import dev.tokenring.benchmarks.report.Chart.Lines;
import dev.tokenring.benchmarks.report.Chart.Point;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Chart.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The latencies of one rate and one way to wait: a chart's worth.
 *
 * @param waitStrategy how the handlers' threads waited
 * @param ratePerS messages that were due in a second
 * @param each who took how long; the machine's hiccups may be among them
 */
record Latencies(String waitStrategy, int ratePerS, List<Latency> each) {
    private static final double MAXIMUM = 100;
    private static final double CLOCK_TICK_MICROS = 0.001;
    private static final double ASIDE = 0.06;

    /** The share of a latency from which on the machine's own hiccups account for it. */
    private static final double MOST_OF_IT = 0.5;

    /** A chart's worth for each rate and each way to wait, the slowest rate first. */
    static List<Latencies> of(Results results) {
        var byRate = new TreeMap<String, TreeMap<Integer, List<Latency>>>();
        for (Latency latency : results.latencies()) {
            byRate.computeIfAbsent(latency.waitStrategy(), wait -> new TreeMap<>())
                    .computeIfAbsent(latency.ratePerS(), rate -> new ArrayList<>())
                    .add(latency);
        }
        List<Latencies> charts = new ArrayList<>();
        byRate.forEach((wait, rates) -> rates.forEach((rate, each) -> charts.add(new Latencies(wait, rate, each))));
        return charts;
    }

    String title() {
        return String.format(
                Locale.ROOT,
                "Latency at %,d messages/s, %s",
                ratePerS,
                waitStrategy.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /** Lines that go up to the right: the further to the right, the fewer messages take so long. */
    Chart chart() {
        var percentiles = new TreeSet<Double>();
        each.forEach(latency -> percentiles.addAll(latency.microsAtPercentile().keySet()));
        double beyondOthers = percentiles.stream()
                        .filter(percentile -> percentile < MAXIMUM)
                        .mapToDouble(Latencies::nines)
                        .max()
                        .orElse(0)
                + 1;
        List<Tick> ticks = percentiles.stream()
                .map(percentile -> new Tick(place(percentile, beyondOthers), nameOf(percentile)))
                .toList();
        List<Point> points = IntStream.range(0, each.size())
                .boxed()
                .flatMap(i -> each.get(i).microsAtPercentile().keySet().stream()
                        .map(percentile -> point(each.get(i), percentile, place(percentile, beyondOthers) + aside(i))))
                .toList();
        DoubleStream values = points.stream().flatMapToDouble(point -> DoubleStream.of(point.low(), point.high()));
        return new Lines(
                "latency-%s-%s"
                        .formatted(
                                waitStrategy.toLowerCase(Locale.ROOT).replace('_', '-'),
                                highestPerS().isPresent() ? "half-of-highest" : ratePerS + "-per-s"),
                title() + ": microseconds by percentile",
                new Axis("percentile", false, ticks),
                Axis.logarithmic("microseconds", values),
                points);
    }

    private static Point point(Latency latency, double percentile, double place) {
        return new Point(
                seriesOf(latency),
                place,
                drawable(latency.microsAt(percentile)),
                drawable(latency.lowAt(percentile)),
                drawable(latency.highAt(percentile)));
    }

    /** A logarithmic axis has no zero; a clock tells nothing below this anyway. */
    private static double drawable(double micros) {
        return Math.max(micros, CLOCK_TICK_MICROS);
    }

    /** How far beside the percentile's mark a line has its points, so that no error bar lies on another. */
    private double aside(int line) {
        return each.stream().anyMatch(Latency::hasRange) ? ASIDE * (line - (each.size() - 1) / 2.0) : 0;
    }

    /** The highest rate that all sustain, if this is half of it. */
    private Optional<Integer> highestPerS() {
        return each.stream()
                .flatMap(latency -> Stream.ofNullable(latency.halfOfHighestPerS()))
                .findFirst();
    }

    /** How far to the right: a tenth of the messages beyond is one step further. */
    private static double place(double percentile, double beyondOthers) {
        return percentile < MAXIMUM ? nines(percentile) : beyondOthers;
    }

    private static double nines(double percentile) {
        return -Math.log10(1 - percentile / MAXIMUM);
    }

    static String nameOf(double percentile) {
        return percentile < MAXIMUM
                ? "p"
                        + (percentile == Math.rint(percentile)
                                ? Long.toString((long) percentile)
                                : Double.toString(percentile))
                : "max";
    }

    private static Series seriesOf(Latency latency) {
        if (latency.isOfTheMachineBeside(Peer.TOKENRING)) {
            return new Series("the machine's own hiccups", Ink.OTHERS);
        }
        if (latency.peer().equals(Latency.MACHINE)) {
            return new Series(
                    "the machine's hiccups beside "
                            + Peer.valueOf(requireNonNull(latency.beside())).displayName(),
                    Ink.OTHERS_TOO);
        }
        Peer peer = Peer.valueOf(latency.peer());
        return new Series(
                peer.displayName(),
                switch (peer) {
                    case TOKENRING -> Ink.OURS;
                    case DISRUPTOR -> Ink.DISRUPTOR;
                    default -> Ink.OTHERS_AS_WELL;
                });
    }

    /** What stands under the chart. */
    String text(Sources sources) {
        return """
                **What is measured:** Messages are due at a fixed rate, and each counts from when it was due until the handler \
                has it; so whatever holds up the publisher shows in all messages that it made late (no coordinated omission). \
                The machine's own line is how late a thread was that did nothing but sleep and look at the clock; its left end is how \
                late a sleeper is woken here, which is nothing to compare with. %s%sHow it is done stands in %s.

                **What it means:** The left end is what a message usually takes, the right end what the unluckiest ones take. \
                %s

                **Where we lose, and why:** %s

                %s
                """.formatted(rate(), ranges(), sources.link(LatencyAtRate.class), whoIsToBlame(), losses(), table());
    }

    private String rate() {
        return highestPerS()
                .map("The rate is half of %,d/s, the highest that was found which all sustain. "::formatted)
                .orElse("");
    }

    private String ranges() {
        return each.stream().allMatch(Latency::hasRange)
                ? "All are medians of the runs; error bars and brackets go from the lowest of them to the highest. "
                : "All are medians of the runs; how far those lay apart was not kept. ";
    }

    private Optional<Latency> of(Peer peer) {
        return each.stream()
                .filter(latency -> latency.peer().equals(peer.name()))
                .findFirst();
    }

    private String whoIsToBlame() {
        return of(Peer.TOKENRING)
                .flatMap(ours -> each.stream()
                        .filter(latency -> latency.isOfTheMachineBeside(Peer.TOKENRING))
                        .findFirst()
                        .map(machine -> stalledFrom(ours, machine)
                                .map(from -> blame(ours, machine, from))
                                .orElse("The machine's own hiccups do not account for Tokenring's longest latencies.")))
                .orElse("");
    }

    private static String blame(Latency ours, Latency machine, double from) {
        boolean asLarge = ours.microsAtPercentile().tailMap(from).keySet().stream()
                .allMatch(percentile -> machine.microsAt(percentile) >= ours.microsAt(percentile));
        return "From %s on the machine's own hiccups in Tokenring's runs are %s its latencies (%s µs beside %s µs there): %s be the machine's doing."
                .formatted(
                        nameOf(from),
                        asLarge ? "as large as" : "at least half as large as",
                        Metric.print(machine.microsAt(from)),
                        Metric.print(ours.microsAt(from)),
                        asLarge ? "all of that may" : "most of that may");
    }

    /**
     * The percentile from which on, up to the maximum, the machine's hiccups account for a latency. By as much as a sleeper
     * is usually late, nobody is who does not sleep, so up to there they account for nothing.
     */
    private static Optional<Double> stalledFrom(Latency ours, Latency machine) {
        SortedMap<Double, Double> late = machine.microsAtPercentile();
        double usually = late.isEmpty() ? 0 : late.get(late.firstKey());
        Double from = null;
        for (Map.Entry<Double, Double> one :
                new TreeMap<>(ours.microsAtPercentile()).descendingMap().entrySet()) {
            double stalled = late.getOrDefault(one.getKey(), 0.0);
            if (one.getValue() <= usually || stalled < MOST_OF_IT * one.getValue()) {
                break;
            }
            from = one.getKey();
        }
        return Optional.ofNullable(from);
    }

    private String losses() {
        return of(Peer.TOKENRING)
                .flatMap(ours -> of(Peer.DISRUPTOR).map(theirs -> new LatencyDuel(ours, theirs).losses()))
                .orElse("Nowhere, in this chart and on this machine.");
    }

    private String table() {
        var percentiles = new TreeSet<Double>();
        each.forEach(latency -> percentiles.addAll(latency.microsAtPercentile().keySet()));
        return "| microseconds |%s\n|---|%s\n%s"
                .formatted(
                        percentiles.stream()
                                .map(percentile -> " " + nameOf(percentile) + " |")
                                .collect(Collectors.joining()),
                        "--:|".repeat(percentiles.size()),
                        each.stream()
                                .map(latency -> "| %s |%s"
                                        .formatted(
                                                seriesOf(latency).name(),
                                                percentiles.stream()
                                                        .map(percentile -> " " + cell(latency, percentile) + " |")
                                                        .collect(Collectors.joining())))
                                .collect(Collectors.joining("\n")));
    }

    private static String cell(Latency latency, Double percentile) {
        if (!latency.microsAtPercentile().containsKey(percentile)) {
            return "";
        }
        String median = Metric.print(latency.microsAt(percentile));
        return latency.hasRange()
                ? "%s (%s to %s)"
                        .formatted(
                                median,
                                Metric.print(latency.lowAt(percentile)),
                                Metric.print(latency.highAt(percentile)))
                : median;
    }
}
