package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.Generate;
import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.report.Chart.Bar;
import dev.tokenring.benchmarks.report.Chart.Bars;
import dev.tokenring.benchmarks.report.Chart.Series;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * What company is worth: the tokens that several callers of a language model get together, divided by those of one.
 *
 * @param gains all that was measured
 */
record BatchingGain(List<Gain> gains) {
    /**
     * With so many callers.
     *
     * @param alone the figure of one
     * @param together the figure of all
     */
    private record Gain(String what, int callers, Figure alone, Figure together) {
        double median() {
            return together.median() / alone.median();
        }

        double low() {
            return together.low() / alone.high();
        }

        double high() {
            return together.high() / alone.low();
        }
    }

    private static final String TITLE = "What company is worth";
    private static final String UNIT = "times the tokens/s of one caller";

    /** Divides; nothing if there is nothing to divide. */
    static Optional<BatchingGain> of(Results results) {
        List<Gain> gains = new ArrayList<>();
        for (GenerationModel model : GenerationModel.values()) {
            for (GenerationPrecision precision : GenerationSections.precisionsOf(model)) {
                gains.addAll(gains(
                        nameOf(model) + ", " + precision,
                        callers -> results.of(GenerationSections.ours(model, precision, callers))));
            }
        }
        for (GenerationSections.Other other : GenerationSections.OTHERS) {
            gains.addAll(gains(other.series().name(), callers -> results.of(other.setting(callers))));
        }
        return gains.isEmpty() ? Optional.empty() : Optional.of(new BatchingGain(gains));
    }

    private static List<Gain> gains(String what, IntFunction<Optional<Figure>> figures) {
        return GenerationSections.CALLERS.stream()
                .filter(callers -> callers > 1)
                .flatMap(callers -> figures
                        .apply(1)
                        .flatMap(alone ->
                                figures.apply(callers).map(together -> new Gain(what, callers, alone, together)))
                        .stream())
                .toList();
    }

    private static String nameOf(GenerationModel model) {
        return switch (model) {
            case HOUSE -> "small model";
            case GPT2_124M -> "shape of GPT-2";
            case LLAMA_134M -> "shape of Llama";
        };
    }

    String title() {
        return TITLE;
    }

    Chart chart() {
        List<Bar> bars = gains.stream()
                .map(gain -> new Bar(gain.what(), seriesOf(gain.callers()), gain.median(), gain.low(), gain.high()))
                .toList();
        return new Bars("batching-gain", TITLE + ": " + UNIT, UNIT, bars);
    }

    private static Series seriesOf(int callers) {
        return new Series(callers + " callers", callers == most() ? Ink.OURS : Ink.OURS_TOO);
    }

    private static int most() {
        return Collections.max(GenerationSections.CALLERS);
    }

    /** What stands under the chart. */
    String text(Sources sources) {
        String rows = gains.stream()
                .map(gain -> "| %s | %d | %s | %s | %s |"
                        .formatted(
                                gain.what(),
                                gain.callers(),
                                Metric.print(gain.median()),
                                Metric.print(gain.low()),
                                Metric.print(gain.high())))
                .collect(Collectors.joining("\n"));
        return """
                **What is measured:** The figures of the charts above, divided: what several callers get together, by what one \
                gets (%s). An error bar goes from the lowest of the one by the highest of the other to the reverse.

                **What it means:** Where this is above one, it pays to answer together. Its callers' number is the most that it can be.

                **Where we lose, and why:** %s What takes longest for one caller gains most: a step reads the weights once, for however \
                many callers, and where reading them took most of the time there is most to share. What is left is arithmetic, \
                which nobody can share.

                | | callers | gain | lowest | highest |
                |---|--:|--:|--:|--:|
                %s
                """.formatted(sources.link(Generate.class), least(), rows);
    }

    private String least() {
        return gains.stream()
                .filter(gain -> gain.callers() == most())
                .min((one, other) -> Double.compare(one.median(), other.median()))
                .map(gain -> "%s gains least: %s times with %d callers."
                        .formatted(gain.what(), Metric.print(gain.median()), gain.callers()))
                .orElse("");
    }
}
