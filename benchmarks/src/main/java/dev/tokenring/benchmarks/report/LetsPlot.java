package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.report.Chart.Axis;
import dev.tokenring.benchmarks.report.Chart.Bar;
import dev.tokenring.benchmarks.report.Chart.Bars;
import dev.tokenring.benchmarks.report.Chart.Lines;
import dev.tokenring.benchmarks.report.Chart.Point;
import dev.tokenring.benchmarks.report.Chart.Range;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Chart.Tick;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jetbrains.letsPlot.commons.geometry.DoubleVector;
import org.jetbrains.letsPlot.core.util.PlotSvgExportCommon;

/**
 * Draws charts with Lets-Plot, which takes a plot as maps and lists, in the terms of the grammar of graphics. What it draws
 * is coloured with placeholders: see {@link Ink}.
 */
final class LetsPlot {
    private static final double WIDTH_PX = 760;
    private static final double LINES_HEIGHT_PX = 380;
    private static final double BAR_HEIGHT_PX = 28;
    private static final double AROUND_BARS_PX = 100;
    private static final double BAR_WIDTH = 0.8;

    /** How much longer the axis of values is than what it has to show. */
    private static final double HEADROOM = 1.03;

    private LetsPlot() {}

    /** Bars that grow to the right, in the order in which they are given. */
    static String draw(Bars chart) {
        List<Bar> fromBelow = new ArrayList<>(chart.bars());
        Collections.reverse(fromBelow); // turned on its side, the axis of categories goes upwards
        Map<String, Object> data = map();
        data.put("category", column(fromBelow, Bar::category));
        data.put("series", column(fromBelow, bar -> bar.series().name()));
        data.put("value", column(fromBelow, Bar::value));
        data.put("low", column(fromBelow, Bar::low));
        data.put("high", column(fromBelow, Bar::high));
        boolean grouped = fromBelow.stream().map(Bar::category).distinct().count() < fromBelow.size();
        double highest = fromBelow.stream().mapToDouble(Bar::high).max().orElseThrow();
        Object position = grouped ? map("name", "dodge", "width", BAR_WIDTH) : "identity";

        Map<String, Object> plot = plot(data, map("x", "category", "y", "value"));
        plot.put("coord", map("name", "flip", "flip", true));
        Map<String, Object> bars = map("geom", "bar", "stat", "identity", "position", position);
        bars.put("mapping", map("fill", "series"));
        bars.put("width", BAR_WIDTH);
        bars.put("size", 0); // no outline
        Map<String, Object> ranges = map("geom", "errorbar", "position", position);
        ranges.put("mapping", map("ymin", "low", "ymax", "high", "group", "series"));
        ranges.put("color", Ink.RANGE.placeholder());
        ranges.put("width", 0.3);
        ranges.put("size", 0.6);
        plot.put("layers", list(bars, ranges));
        plot.put(
                "scales",
                list(
                        map("aesthetic", "x", "name", "", "discrete", true),
                        map("aesthetic", "y", "name", chart.unit(), "limits", list(0.0, HEADROOM * highest)),
                        inks("fill", chart.bars().stream().map(Bar::series))));
        return draw(plot, AROUND_BARS_PX + BAR_HEIGHT_PX * fromBelow.size());
    }

    /** Lines with points. */
    static String draw(Lines chart) {
        List<Point> points = chart.points();
        Map<String, Object> data = map();
        data.put("x", column(points, point -> chart.x().place(point.x())));
        data.put("series", column(points, point -> point.series().name()));
        data.put("value", column(points, point -> chart.y().place(point.value())));
        data.put("low", column(points, point -> chart.y().place(point.low())));
        data.put("high", column(points, point -> chart.y().place(point.high())));

        Map<String, Object> plot = plot(data, map("x", "x", "y", "value", "color", "series"));
        List<Object> layers = list(map("geom", "line", "size", 1.1), map("geom", "point", "size", 2.5));
        if (points.stream().anyMatch(point -> point.low() < point.high())) {
            Map<String, Object> range = map("ymin", "low", "ymax", "high");
            layers.add(map("geom", "errorbar", "mapping", range, "width", 0.04, "size", 0.6));
        }
        plot.put("layers", layers);
        plot.put(
                "scales",
                list(
                        scale("x", chart.x(), points.stream().mapToDouble(Point::x)),
                        scale(
                                "y",
                                chart.y(),
                                points.stream().flatMapToDouble(point -> DoubleStream.of(point.low(), point.high()))),
                        inks("color", points.stream().map(Point::series))));
        return draw(plot, LINES_HEIGHT_PX);
    }

    private static Map<String, Object> plot(Map<String, Object> data, Map<String, Object> mapping) {
        Map<String, Object> text = map("color", Ink.TEXT.placeholder(), "size", 13, "blank", false);
        return map(
                "kind",
                "plot",
                "data",
                data,
                "mapping",
                mapping,
                "theme",
                map(
                        "name", "minimal",
                        "legend_position", "top",
                        "legend_title", "blank",
                        "legend_background", "blank",
                        "plot_background", "blank",
                        "panel_background", "blank",
                        "panel_border", "blank",
                        "panel_grid_minor", "blank",
                        "panel_grid_major", map("color", Ink.GRID.placeholder(), "size", 0.7, "blank", false),
                        "axis_line", "blank",
                        "axis_ticks", "blank",
                        "text", text,
                        "axis_title", text,
                        "axis_text", text,
                        "legend_text", text));
    }

    private static Map<String, Object> scale(String aesthetic, Axis axis, DoubleStream values) {
        Range range = axis.around(values);
        List<Tick> ticks = axis.ticks().stream().filter(range::contains).toList();
        return map(
                "aesthetic", aesthetic,
                "name", axis.title(),
                "limits", list(axis.place(range.from()), axis.place(range.to())),
                "breaks", column(ticks, tick -> axis.place(tick.at())),
                "labels", column(ticks, Tick::label));
    }

    /** Which ink each series has; the legend names ours first. */
    private static Map<String, Object> inks(String aesthetic, Stream<Series> series) {
        List<Series> distinct =
                series.distinct().sorted(Comparator.comparing(Series::ink)).toList();
        return map(
                "aesthetic",
                aesthetic,
                "discrete",
                true,
                "limits",
                column(distinct, Series::name),
                "values",
                column(distinct, one -> one.ink().placeholder()));
    }

    private static String draw(Map<String, Object> plot, double heightPx) {
        return PlotSvgExportCommon.INSTANCE.buildSvgImageFromRawSpecs(
                plot,
                new DoubleVector(WIDTH_PX, heightPx),
                (width, height, argbValues) -> {
                    throw new IllegalStateException("a chart of ours has no pictures in it");
                },
                false);
    }

    private static <T> List<Object> column(List<T> rows, Function<T, Object> value) {
        return new ArrayList<>(rows.stream().map(value).toList());
    }

    /** Lets-Plot changes what it is given, so an immutable list won't do. */
    private static List<Object> list(Object... elements) {
        return new ArrayList<>(List.of(elements));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
