package dev.tokenring.benchmarks.report;

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

/**
 * The latencies of one rate and one way to wait: a chart's worth.
 *
 * @param waitStrategy how the handlers' threads waited
 * @param ratePerS messages that were due in a second
 * @param each who took how long; the machine's hiccups may be among them
 */
record Latencies(String waitStrategy, int ratePerS, List<Latency> each) {
    private static final double MAXIMUM = 100;

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
        List<Point> points = each.stream()
                .flatMap(latency -> latency.microsAtPercentile().entrySet().stream()
                        .map(entry -> new Point(
                                seriesOf(latency.peer()),
                                place(entry.getKey(), beyondOthers),
                                entry.getValue(),
                                entry.getValue(),
                                entry.getValue())))
                .toList();
        DoubleStream values = points.stream().mapToDouble(Point::value);
        return new Lines(
                "latency-%s-%d-per-s"
                        .formatted(waitStrategy.toLowerCase(Locale.ROOT).replace('_', '-'), ratePerS),
                title() + ": microseconds by percentile",
                new Axis("percentile", false, ticks),
                Axis.logarithmic("microseconds", values),
                points);
    }

    /** How far to the right: a tenth of the messages beyond is one step further. */
    private static double place(double percentile, double beyondOthers) {
        return percentile < MAXIMUM ? nines(percentile) : beyondOthers;
    }

    private static double nines(double percentile) {
        return -Math.log10(1 - percentile / MAXIMUM);
    }

    private static String nameOf(double percentile) {
        return percentile < MAXIMUM
                ? "p"
                        + (percentile == Math.rint(percentile)
                                ? Long.toString((long) percentile)
                                : Double.toString(percentile))
                : "max";
    }

    private static Series seriesOf(String peer) {
        if (peer.equals(Latency.MACHINE)) {
            return new Series("the machine's own hiccups", Ink.OTHERS);
        }
        return switch (Peer.valueOf(peer)) {
            case TOKENRING -> new Series("Tokenring", Ink.OURS);
            case DISRUPTOR -> new Series("Disruptor by hand", Ink.DISRUPTOR);
            default -> new Series(Sections.nameOf(Peer.valueOf(peer)), Ink.OTHERS_TOO);
        };
    }

    /** What stands under the chart. */
    String text(Sources sources) {
        return """
                **What is measured:** Messages are due at a fixed rate, and each counts from when it was due until the handler \
                has it; so whatever holds up the publisher shows in all messages that it made late (no coordinated omission). \
                The machine's own line is how late a thread was that did nothing but sleep and look at the clock; its left end is how \
                late a sleeper is woken here, which is nothing to compare with. How it is done stands in %s.

                **What it means:** The left end is what a message usually takes, the right end what the unluckiest ones take. \
                %s

                **Where we lose, and why:** %s

                %s
                """.formatted(sources.link(LatencyAtRate.class), whoIsToBlame(), losses(), table());
    }

    private Optional<Latency> of(String peer) {
        return each.stream().filter(latency -> latency.peer().equals(peer)).findFirst();
    }

    private String whoIsToBlame() {
        return of(Peer.TOKENRING.name())
                .flatMap(ours -> of(Latency.MACHINE).flatMap(machine -> stalledFrom(ours, machine)
                        .map(from ->
                                "From %s on it is mostly the machine that stalls: %s µs of Tokenring's %s µs there."
                                        .formatted(
                                                nameOf(from),
                                                Metric.print(machine.microsAt(from)),
                                                Metric.print(ours.microsAt(from))))))
                .orElse("The machine's own hiccups do not account for Tokenring's.");
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
        String lost = of(Peer.TOKENRING.name())
                .flatMap(ours -> of(Peer.DISRUPTOR.name()).map(theirs -> ours.microsAtPercentile().entrySet().stream()
                        .filter(entry -> theirs.microsAtPercentile().containsKey(entry.getKey()))
                        .filter(entry -> theirs.microsAt(entry.getKey()) < entry.getValue())
                        .map(entry -> "%s (%s times)"
                                .formatted(
                                        nameOf(entry.getKey()),
                                        Metric.print(entry.getValue() / theirs.microsAt(entry.getKey()))))
                        .collect(Collectors.joining(", "))))
                .orElse("");
        return lost.isEmpty()
                ? "Nowhere, in this chart and on this machine."
                : "Tokenring takes longer than the Disruptor by hand at " + lost
                        + ". For each message it asks what it would not have to if its handler could never be stopped or"
                        + " replaced; and where messages come alone, nothing makes up for that.";
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
                                                seriesOf(latency.peer()).name(),
                                                percentiles.stream()
                                                        .map(percentile -> " " + cell(latency, percentile) + " |")
                                                        .collect(Collectors.joining())))
                                .collect(Collectors.joining("\n")));
    }

    private static String cell(Latency latency, Double percentile) {
        Double micros = latency.microsAtPercentile().get(percentile);
        return micros == null ? "" : Metric.print(micros);
    }
}
