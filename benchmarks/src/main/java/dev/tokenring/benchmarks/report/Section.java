package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.report.Chart.Axis;
import dev.tokenring.benchmarks.report.Chart.Bar;
import dev.tokenring.benchmarks.report.Chart.Bars;
import dev.tokenring.benchmarks.report.Chart.Lines;
import dev.tokenring.benchmarks.report.Chart.Point;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Chart.Tick;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A part of the page that shows what one benchmark measures, in a chart and a table, and says what it means.
 *
 * @param name what the chart's file is called, without an ending
 * @param title the heading
 * @param benchmark where the shape is drawn
 * @param form how the figures are shown
 * @param places what the places of the columns are, such as topics
 * @param unit the title of the axis of values
 * @param columns what is measured
 * @param duels who is compared with whom; the first stands above the others
 * @param whatIsMeasured a sentence or two
 * @param whatItMeans a sentence or two for a user
 */
record Section(
        String name,
        String title,
        Class<?> benchmark,
        Form form,
        String places,
        String unit,
        List<Column> columns,
        List<Duel> duels,
        String whatIsMeasured,
        String whatItMeans) {
    /** How figures are shown. */
    enum Form {
        /** Bars, in the order of the columns. */
        BARS,

        /** Bars, the longest first. */
        RANKED_BARS,

        /** Lines over the number that the columns' places are. */
        LINES
    }

    /**
     * One figure.
     *
     * @param place what the bar is called, or the number that the point is above
     * @param series whom it belongs to
     */
    record Column(String place, Series series, Setting setting) {}

    private record Measured(Column column, Figure figure) {}

    List<Setting> settings() {
        return columns.stream().map(Column::setting).toList();
    }

    /** The chart; nothing if nothing of it was measured. */
    Optional<Chart> chart(Results results) {
        List<Measured> measured = measured(results);
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(form == Form.LINES ? lines(measured) : bars(measured));
    }

    private List<Measured> measured(Results results) {
        List<Measured> measured = columns.stream()
                .flatMap(column -> results.of(column.setting()).map(figure -> new Measured(column, figure)).stream())
                .toList();
        return form == Form.RANKED_BARS
                ? measured.stream()
                        .sorted(Comparator.comparingDouble(
                                (Measured one) -> -one.figure().median()))
                        .toList()
                : measured;
    }

    private Bars bars(List<Measured> measured) {
        return new Bars(name, description(), unit, eachOf(measured, one -> {
            Figure figure = one.figure();
            return new Bar(one.column().place(), one.column().series(), figure.median(), figure.low(), figure.high());
        }));
    }

    private Lines lines(List<Measured> measured) {
        List<Point> points = eachOf(measured, one -> {
            Figure figure = one.figure();
            int place = Integer.parseInt(one.column().place());
            return new Point(one.column().series(), place, figure.median(), figure.low(), figure.high());
        });
        List<Tick> ticks = points.stream()
                .map(point -> Tick.at((int) point.x()))
                .distinct()
                .toList();
        DoubleStream ends = points.stream().flatMapToDouble(point -> DoubleStream.of(point.low(), point.high()));
        return new Lines(name, description(), new Axis(places, true, ticks), Axis.logarithmic(unit, ends), points);
    }

    private String description() {
        return "%s: %s by %s".formatted(title, unit, places);
    }

    private static <T> List<T> eachOf(List<Measured> measured, Function<Measured, T> drawn) {
        return measured.stream().map(drawn).toList();
    }

    /** What stands under the chart. */
    String text(Results results, Sources sources) {
        return """
                **What is measured:** %s Its shape is drawn in %s. %s

                **What it means:** %s %s

                **Where we lose, and why:** %s

                | %s | | median, %s | lowest | highest | JVMs |
                |---|---|--:|--:|--:|--:|
                %s
                """.formatted(
                        whatIsMeasured,
                        sources.link(benchmark),
                        notRun(results),
                        sources.complete(whatItMeans),
                        duels.stream()
                                .limit(1)
                                .flatMap(duel -> duel.standing(results).stream())
                                .collect(Collectors.joining()),
                        sources.complete(Duel.losses(duels, results)),
                        places,
                        unit,
                        table(results));
    }

    /** Who is missing in the chart, and why; empty if nobody is. */
    private String notRun(Results results) {
        Map<String, Set<String>> namesByReason = new LinkedHashMap<>();
        for (Column column : columns) {
            results.missingFor(column.setting()).ifPresent(needs -> namesByReason
                    .computeIfAbsent(needs, first -> new LinkedHashSet<>())
                    .add(column.series().name()));
        }
        return namesByReason.entrySet().stream()
                .map(each -> "Not run: %s (needs %s).".formatted(String.join(", ", each.getValue()), each.getKey()))
                .collect(Collectors.joining(" "));
    }

    private String table(Results results) {
        return measured(results).stream()
                .map(one -> "| %s | %s | %s | %s | %s | %d |"
                        .formatted(
                                one.column().place(),
                                one.column().series().name(),
                                Metric.print(one.figure().median()),
                                Metric.print(one.figure().low()),
                                Metric.print(one.figure().high()),
                                one.figure().samples().size()))
                .collect(Collectors.joining("\n"));
    }
}
