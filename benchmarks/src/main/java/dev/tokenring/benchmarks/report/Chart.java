package dev.tokenring.benchmarks.report;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A chart as data. */
sealed interface Chart {
    /** What the chart's file is called, without an ending. */
    String name();

    /** What is to be seen, in words, for those who can't see it. */
    String description();

    /**
     * What belongs together, under one name and in one colour.
     *
     * @param name what the legend calls it
     * @param ink what it is drawn with
     */
    record Series(String name, Ink ink) {}

    /**
     * Lying bars, from zero.
     *
     * @param unit the title of the axis of values
     * @param bars from top to bottom; those of a category that is named again lie beside each other
     */
    record Bars(String name, String description, String unit, List<Bar> bars) implements Chart {}

    /**
     * A bar.
     *
     * @param category what is written beside it
     * @param value how long it is
     * @param low where its error bar begins
     * @param high where its error bar ends
     */
    record Bar(String category, Series series, double value, double low, double high) {}

    /**
     * Lines through points.
     *
     * @param x the axis that goes to the right
     * @param y the axis that goes up
     */
    record Lines(String name, String description, Axis x, Axis y, List<Point> points) implements Chart {}

    /**
     * An axis of lines.
     *
     * @param title what it shows, with the unit
     * @param logarithmic whether equal steps are equal factors
     * @param ticks where it is marked
     */
    record Axis(String title, boolean logarithmic, List<Tick> ticks) {
        private static final double SHARE_OF_MARGIN = 0.04;
        private static final double LEAST_FACTOR = 1.05;
        private static final double FEWEST_STEPS = 3;
        private static final double DECADES_WITH_ROOM_FOR_MORE_TICKS = 2.5;

        /** A logarithmic axis with marks at powers of ten and, where there is room, in between, around all these values. */
        static Axis logarithmic(String title, DoubleStream values) {
            DoubleSummaryStatistics range = values.summaryStatistics();
            int first = (int) Math.floor(Math.log10(range.getMin()));
            int last = (int) Math.ceil(Math.log10(range.getMax()));
            boolean roomForMore = Math.log10(range.getMax() / range.getMin()) < DECADES_WITH_ROOM_FOR_MORE_TICKS;
            double[] steps = roomForMore ? new double[] {1, 2, 5} : new double[] {1};
            List<Tick> ticks = IntStream.rangeClosed(first, last)
                    .mapToObj(exponent -> Arrays.stream(steps).mapToObj(step -> Tick.at(step, exponent)))
                    .flatMap(decade -> decade)
                    .toList();
            return new Axis(title, true, ticks);
        }

        /** An axis from zero on, with a handful of marks, for these values. */
        static Axis fromZero(String title, DoubleStream values) {
            double highest = Math.max(1, values.max().orElse(1));
            int exponent = (int) Math.floor(Math.log10(highest / FEWEST_STEPS));
            double unit = Math.pow(10, exponent);
            double step = DoubleStream.of(5, 2, 1)
                    .filter(multiple -> multiple * unit * FEWEST_STEPS <= highest)
                    .findFirst()
                    .orElse(1);
            List<Tick> ticks = IntStream.rangeClosed(0, (int) Math.ceil(highest / (step * unit)))
                    .mapToObj(i -> Tick.at(i * step, exponent))
                    .toList();
            return new Axis(title, false, ticks);
        }

        /** Where on the axis a value lies: as far from another as the difference of their places. */
        double place(double value) {
            return logarithmic ? Math.log10(value) : value;
        }

        /** Where an axis begins and ends that shows all these values, with a little room beside them. */
        Range around(DoubleStream values) {
            DoubleSummaryStatistics range = values.summaryStatistics();
            if (!logarithmic) {
                double least = Math.min(range.getMin(), ticks.get(0).at());
                double margin = SHARE_OF_MARGIN * (range.getMax() - least);
                return new Range(least - margin, range.getMax() + margin);
            }
            double factor = Math.max(LEAST_FACTOR, Math.pow(range.getMax() / range.getMin(), SHARE_OF_MARGIN));
            return new Range(range.getMin() / factor, range.getMax() * factor);
        }
    }

    /** Where an axis begins and ends. */
    record Range(double from, double to) {
        boolean contains(Tick tick) {
            return from <= tick.at() && tick.at() <= to;
        }
    }

    /** A mark on an axis. */
    record Tick(double at, String label) {
        /** The mark of a multiple of a power of ten. */
        static Tick at(double multiple, int exponent) {
            BigDecimal value = BigDecimal.valueOf(multiple).scaleByPowerOfTen(exponent);
            String label = exponent < 0
                    ? value.stripTrailingZeros().toPlainString()
                    : String.format(Locale.ROOT, "%,d", value.longValueExact());
            return new Tick(value.doubleValue(), label);
        }

        /** The mark of a whole number. */
        static Tick at(int value) {
            return new Tick(value, String.format(Locale.ROOT, "%,d", value));
        }
    }

    /**
     * A point of the line that goes through all points of its series.
     *
     * @param low where its error bar begins
     * @param high where its error bar ends; as high as it begins if it has none
     */
    record Point(Series series, double x, double value, double low, double high) {}
}
