package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to expect of a language model on more cores: a step takes a time that is the same for any number of callers, which is
 * mostly the reading of weights, and a time for each of them, which is arithmetic. Both are fitted to the measurements.
 *
 * @param cores how many were measured
 * @param steps the model of each precision
 */
record GenerationScaling(int cores, List<Step> steps) {
    private static final List<Integer> CORES = List.of(4, 16, 64);
    private static final List<Integer> CALLERS = List.of(1, 16, 64);

    /**
     * A step of one precision.
     *
     * @param precision the numbers' name
     * @param fixedMs what it takes however many callers there are
     * @param eachMs what each caller adds
     * @param readingMs what reading the weights takes, if nothing else is done; NaN if that was not measured
     */
    record Step(String precision, double fixedMs, double eachMs, double readingMs) {
        /** The straight line with the least squares of the relative errors through steps of 1, 4 and 16 callers. */
        static Step of(String precision, List<double[]> callersAndMs, double readingMs) {
            double weights = 0;
            double sumX = 0;
            double sumY = 0;
            double sumXx = 0;
            double sumXy = 0;
            for (double[] point : callersAndMs) {
                double weight = 1 / (point[1] * point[1]);
                weights += weight;
                sumX += weight * point[0];
                sumY += weight * point[1];
                sumXx += weight * point[0] * point[0];
                sumXy += weight * point[0] * point[1];
            }
            double eachMs = (weights * sumXy - sumX * sumY) / (weights * sumXx - sumX * sumX);
            return new Step(precision, Math.max(0, (sumY - eachMs * sumX) / weights), eachMs, readingMs);
        }

        /** Tokens per second of all callers, with so many times the arithmetic and so many times the bandwidth. */
        double tokensPerS(int callers, double arithmetic, double bandwidth) {
            return 1000 * callers / (fixedMs / bandwidth + callers * eachMs / arithmetic);
        }

        /** How many callers it takes until arithmetic takes as long as all else. */
        double callersInBalance() {
            return fixedMs / eachMs;
        }
    }

    /** Fits the model; nothing if not all of it was measured. */
    static Optional<GenerationScaling> of(Results results) {
        List<Step> steps = new ArrayList<>();
        for (GenerationPrecision precision : GenerationSections.precisionsOf(GenerationModel.GPT2_124M)) {
            List<double[]> points = new ArrayList<>();
            for (int callers : GenerationSections.CALLERS) {
                results.of(GenerationSections.ours(GenerationModel.GPT2_124M, precision, callers))
                        .ifPresent(figure -> points.add(new double[] {callers, 1000 * callers / figure.median()}));
            }
            if (points.size() == GenerationSections.CALLERS.size()) {
                double readingMs = results.of(GenerationSections.reading(precision))
                        .map(Figure::median)
                        .map(perS -> 1000 / perS)
                        .orElse(Double.NaN);
                steps.add(Step.of(precision.name(), points, readingMs));
            }
        }
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(new GenerationScaling(results.machine().processors(), steps));
    }

    /** The part of the page. */
    String text() {
        return """
                ## A language model

                The model with the shape of the smallest GPT-2, as [measured](README.md) with %d processors.

                ### What is in the way of a model

                - **One caller** waits for memory: the next token needs every weight once, and nothing can be computed before it \
                has come. More cores help only as far as they bring more bandwidth; beyond some four to eight of them, most \
                processors' memory has no more to give.
                - **Many callers** wait for arithmetic: a step reads the weights once for all of them, so what grows with their \
                number is multiplications, and those are divided among the cores.
                - **Between two steps** one thread chooses tokens and decides who is next. No other core can help it; where a step \
                takes a millisecond or less, this is what is left.
                - **The bus** carries a message for each token. What it takes of a step, the bare decode loop [shows](README.md).

                ### The model of a step

                A step takes *a* + *n* · *b*, where *n* is the number of callers: a straight line through the steps of %s callers. \
                Reading the weights is the limit of *a*.

                | precision | *a*, ms | reading the weights, ms | *b*, ms | callers until arithmetic takes half of a step |
                |---|--:|--:|--:|--:|
                %s

                On more cores *b* is divided by as many times as there are more, and *a* by something between one (the same memory) \
                and as much (a machine with as much more memory bandwidth).

                ### What it says of a model

                Tokens/s of all callers together; at worst with the bandwidth that was measured, at best with as many times more as \
                there are more cores.

                | cores | precision |%s
                |--:|---|%s
                %s

                ### What would prove this wrong

                - Tokens/s of sixteen callers on four times the cores that are below the lower value: then *b* is not arithmetic \
                alone, or the threads of a step wait for each other.
                - One caller who gains more than memory bandwidth does (`ReadWeights` on the same machine): then *a* was not reading.
                - A step of four callers that is far from the line through the others: then what is read and what is computed \
                overlap, and a step is the longer of the two and not their sum.
                - A model that is small enough for a cache, of which *a* is far below what reading from memory takes: this page \
                says nothing of it.
                """.formatted(
                        cores,
                        GenerationSections.CALLERS.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                        steps.stream().map(GenerationScaling::row).collect(Collectors.joining("\n")),
                        CALLERS.stream()
                                .map(callers -> callers == 1 ? " one caller |" : " " + callers + " callers |")
                                .collect(Collectors.joining()),
                        "--:|".repeat(CALLERS.size()),
                        CORES.stream()
                                .flatMap(more -> steps.stream().map(step -> expected(step, more)))
                                .collect(Collectors.joining("\n")));
    }

    private static String row(Step step) {
        return "| %s | %s | %s | %s | %s |"
                .formatted(
                        step.precision(),
                        Metric.print(step.fixedMs()),
                        Double.isNaN(step.readingMs()) ? "–" : Metric.print(step.readingMs()),
                        Metric.print(step.eachMs()),
                        Metric.print(step.callersInBalance()));
    }

    private String expected(Step step, int more) {
        double times = (double) more / cores;
        return "| %d | %s |%s"
                .formatted(
                        more,
                        step.precision(),
                        CALLERS.stream()
                                .map(callers -> " %s – %s |"
                                        .formatted(
                                                Metric.print(step.tokensPerS(callers, times, 1)),
                                                Metric.print(step.tokensPerS(callers, times, times))))
                                .collect(Collectors.joining()));
    }
}
