package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.generation.sweep.Policy;
import dev.tokenring.benchmarks.generation.sweep.Served;
import dev.tokenring.benchmarks.generation.sweep.Spacing;
import dev.tokenring.benchmarks.generation.sweep.SweepPoint;
import dev.tokenring.benchmarks.generation.sweep.SweepResult;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.report.Chart.Axis;
import dev.tokenring.benchmarks.report.Chart.Lines;
import dev.tokenring.benchmarks.report.Chart.Point;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Chart.Tick;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A language model at more and more requests a second: three charts and what they mean.
 *
 * @param result what was found
 */
record Sweep(SweepResult result) {
    /** A value of a run, and whether more of it is better. */
    private record Measure(String inWords, boolean moreIsBetter, ToDoubleFunction<Served> value) {
        double of(SweepPoint point) {
            return Figure.median(samples(point));
        }

        List<Double> samples(SweepPoint point) {
            return point.rounds().stream().map(value::applyAsDouble).toList();
        }

        boolean isBetter(SweepPoint one, SweepPoint other) {
            return moreIsBetter ? of(one) > NOTABLY * of(other) : NOTABLY * of(one) < of(other);
        }
    }

    private static final Measure FIRST_P50 = new Measure("time to first token, p50", false, Served::firstTokenP50Ms);
    private static final Measure FIRST_P99 = new Measure("time to first token, p99", false, Served::firstTokenP99Ms);
    private static final Measure FURTHER_P50 = new Measure("time per token, p50", false, Served::perTokenP50Ms);
    private static final Measure FURTHER_P99 = new Measure("time per token, p99", false, Served::perTokenP99Ms);
    private static final Measure GOODPUT = new Measure("goodput", true, Served::goodput);

    /** Less than a tenth is left to chance. */
    private static final double NOTABLY = 1.1;

    private static final String TITLE = "A language model at more and more requests";

    String title() {
        return TITLE;
    }

    /** When the first token comes, usually and at worst, and how many tokens come in time. */
    List<Chart> charts() {
        return List.of(
                chart("sweep-first-token-p50", FIRST_P50, "milliseconds"),
                chart("sweep-first-token-p99", FIRST_P99, "milliseconds"),
                chart("sweep-goodput", GOODPUT, "tokens/s"));
    }

    private Chart chart(String name, Measure measure, String unit) {
        List<Point> points = result.points().stream()
                .map(point -> new Point(
                        seriesOf(point.policy()),
                        point.times(),
                        measure.of(point),
                        measure.samples(point).stream()
                                .mapToDouble(Double::doubleValue)
                                .min()
                                .orElseThrow(),
                        measure.samples(point).stream()
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .orElseThrow()))
                .toList();
        List<Tick> ticks = result.points().stream()
                .map(SweepPoint::times)
                .distinct()
                .map(times -> new Tick(times, nameOf(times)))
                .toList();
        DoubleStream ends = points.stream().flatMapToDouble(point -> DoubleStream.of(point.low(), point.high()));
        return new Lines(
                name,
                "%s: %s, %s by rate".formatted(TITLE, measure.inWords(), unit),
                new Axis("requests, as a multiple of what is answered one at a time", true, ticks),
                measure.moreIsBetter()
                        ? Axis.fromZero(measure.inWords() + ", " + unit, ends)
                        : Axis.logarithmic(measure.inWords() + ", " + unit, ends),
                points);
    }

    private static Series seriesOf(Policy policy) {
        return new Series(
                policy.inWords(),
                switch (policy) {
                    case CONTINUOUS -> Ink.OURS;
                    case STATIC_BATCHES -> Ink.DISRUPTOR;
                    case ONE_AT_A_TIME -> Ink.OTHERS;
                });
    }

    private static String nameOf(double times) {
        return times == Math.rint(times) ? Long.toString((long) times) : Double.toString(times);
    }

    /** What stands under the charts. */
    String text(Sources sources) {
        return """
                **What is measured:** Requests come to %s (%s) %s, whether it keeps up or not. Their prompts and \
                answers are of many lengths. All go through a service on the bus to the same engine; what differs is who is \
                answered together with whom: %s. A rate of one is what is answered one at a time, without a pause: %s requests/s \
                here. Times count from when a request was to be made (no coordinated omission). Goodput is the tokens of those \
                whose first token came within %s ms and whose answer was complete within %s ms, as long as %s and %s answers take \
                one at a time. Whoever can't be served is told so, or passes its deadline, and is counted. Every answer is checked: \
                so many tokens as were wanted, once. Of fewer than a hundred requests the p99 is the slowest. How it is done stands in %s; each figure is the median of %s, in each of which a \
                policy ran for %d s at each rate or longer, until enough requests had come, and an error bar goes from the lowest of them \
                to the highest.

                **What it means:** The time to the first token is what a user waits before anything happens, and that of those \
                who got one: who turns away many is quick with the others. Goodput is what the machine is worth. %s %s

                **Where we lose, and why:** %s

                %s
                """.formatted(
                        switch (result.model()) {
                            case HOUSE -> "the examples' small dialogue model";
                            case GPT2_124M -> "a model with the shape of the smallest GPT-2";
                            case LLAMA_134M -> "a model with the shape of a Llama";
                        },
                        result.precision(),
                        result.spacing() == Spacing.POISSON
                                ? "at random, as from many who know nothing of each other"
                                : "evenly spaced",
                        result.points().stream()
                                .map(point -> point.policy().inWords())
                                .distinct()
                                .collect(Collectors.joining(", ")),
                        Metric.print(result.answersPerS()),
                        Metric.print(result.limits().firstTokenMs()),
                        Metric.print(result.limits().answerMs()),
                        Metric.print(result.limits().firstTokenMs() * result.answersPerS() / 1000),
                        Metric.print(result.limits().answerMs() * result.answersPerS() / 1000),
                        sources.link(GenerationSweep.class),
                        jvms(),
                        result.seconds(),
                        wins(),
                        WHY,
                        losses(),
                        table());
    }

    private String jvms() {
        int rounds = result.points().stream()
                .mapToInt(point -> point.rounds().size())
                .max()
                .orElse(0);
        return rounds == 1 ? "1 JVM" : rounds + " JVMs";
    }

    private static final String WHY = """
            Whoever comes while others are answered begins with the next step of the model, and whoever is done makes room at \
            once; in a static batch both wait for the longest answer. And a step for many takes less time than as many steps for \
            one: that is why less has to wait at all.""";

    /** What continuous batches are worth at the highest rate. */
    private String wins() {
        double times =
                result.points().stream().mapToDouble(SweepPoint::times).max().orElse(0);
        return of(Policy.CONTINUOUS, times)
                .map(ours ->
                        "At %s times of what is answered one at a time, continuous batches have a goodput of %s tokens/s, %s."
                                .formatted(
                                        nameOf(times),
                                        Metric.print(GOODPUT.of(ours)),
                                        others(times)
                                                .map(point -> "%s %s"
                                                        .formatted(
                                                                point.policy().inWords(),
                                                                Metric.print(GOODPUT.of(point))))
                                                .collect(Collectors.joining(", "))))
                .orElse("");
    }

    private Stream<SweepPoint> others(double times) {
        return result.points().stream().filter(point -> point.times() == times && point.policy() != Policy.CONTINUOUS);
    }

    private Optional<SweepPoint> of(Policy policy, double times) {
        return result.points().stream()
                .filter(point -> point.policy() == policy && point.times() == times)
                .findFirst();
    }

    private String losses() {
        String further = losses(FURTHER_P50);
        String others = Stream.of(FIRST_P50, FIRST_P99, GOODPUT)
                .map(measure -> losses(measure))
                .filter(lost -> !lost.isEmpty())
                .collect(Collectors.joining("; "));
        if (further.isEmpty() && others.isEmpty()) {
            return "Nowhere, in these charts and on this machine.";
        }
        String text = further.isEmpty() ? "" : further + ": in a step for many, each one's token takes longer.";
        return others.isEmpty()
                ? text
                : (text + " " + others
                                + ". Where few requests come, all policies do the same and the machine decides; where far too many do,"
                                + " the shorter queue of the others turns away more of them, and those that are left wait less.")
                        .strip();
    }

    /** Where another policy is better than continuous batches; empty if nowhere. */
    private String losses(Measure measure) {
        String lost = result.points().stream()
                .filter(point -> point.policy() != Policy.CONTINUOUS)
                .flatMap(point -> of(Policy.CONTINUOUS, point.times())
                        .filter(ours -> measure.isBetter(point, ours))
                        .map(ours -> "%s at %s (%s to %s)"
                                .formatted(
                                        point.policy().inWords(),
                                        nameOf(point.times()),
                                        Metric.print(measure.of(point)),
                                        Metric.print(measure.of(ours))))
                        .stream())
                .collect(Collectors.joining(", "));
        return lost.isEmpty() ? "" : "**" + measure.inWords() + "**: better by more than a tenth are " + lost;
    }

    private String table() {
        String rows = result.points().stream()
                .map(point -> "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |"
                        .formatted(
                                nameOf(point.times()),
                                Metric.print(point.ratePerS()),
                                point.policy().inWords(),
                                Metric.print(FIRST_P50.of(point)),
                                Metric.print(FIRST_P99.of(point)),
                                Metric.print(FURTHER_P50.of(point)),
                                Metric.print(FURTHER_P99.of(point)),
                                Metric.print(GOODPUT.of(point)),
                                sum(point, Served::requests),
                                sum(point, Served::turnedAway),
                                sum(point, Served::tooLate)))
                .collect(Collectors.joining("\n"));
        return """
                | rate | requests/s | | first token, ms: p50 | p99 | further token, ms: p50 | p99 | goodput, tokens/s | requests | \
                turned away | too late |
                |--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|
                %s""".formatted(rows);
    }

    private static long sum(SweepPoint point, ToDoubleFunction<Served> count) {
        return Math.round(point.rounds().stream().mapToDouble(count).sum());
    }
}
