package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Ours beside theirs at the same job.
 *
 * @param ours what is measured of this project
 * @param theirs what it is to be compared with
 * @param theirName what that is called, with what tells the job from the others of a chart
 * @param whyTheyMayLead what the reason is, should theirs be better
 */
record Duel(Setting ours, Setting theirs, String theirName, String whyTheyMayLead) {
    static final String UNKNOWN = "why is not known yet";

    /** Both figures, and by how much ours is better if it is; nothing if one of them was not measured. */
    Optional<String> standing(Results results) {
        return results.of(ours).flatMap(our -> results.of(theirs).map(their -> "Tokenring has %s, %s %s%s."
                .formatted(
                        describe(our),
                        theirName,
                        describe(their),
                        lead(our, their) > 1
                                ? "; so Tokenring is %s times as good%s"
                                        .formatted(Metric.print(lead(our, their)), ifTheyOverlap(our, their))
                                : "")));
    }

    /** By how much theirs is better; nothing if it is not. */
    private Optional<String> loss(Results results) {
        return results.of(ours).flatMap(our -> results.of(theirs)
                .filter(their -> lead(our, their) < 1)
                .map(their -> "**%s** is %s times as good%s"
                        .formatted(theirName, Metric.print(1 / lead(our, their)), ifTheyOverlap(our, their))));
    }

    /** Everything that theirs is better at, with a paragraph for each reason. */
    static String losses(List<Duel> duels, Results results) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (Duel duel : duels) {
            duel.loss(results)
                    .ifPresent(loss -> byReason.computeIfAbsent(duel.whyTheyMayLead(), why -> new ArrayList<>())
                            .add(loss));
        }
        return byReason.isEmpty()
                ? "Nowhere, in this chart and on this machine."
                : byReason.entrySet().stream()
                        .map(losses -> String.join(", ", losses.getValue()) + ": " + losses.getKey() + ".")
                        .collect(Collectors.joining("\n\n"));
    }

    private static String describe(Figure figure) {
        return "%s %s (%s to %s in %d %s)"
                .formatted(
                        Metric.print(figure.median()),
                        figure.setting().metric().unit(),
                        Metric.print(figure.low()),
                        Metric.print(figure.high()),
                        figure.samples().size(),
                        figure.samples().size() == 1 ? "JVM" : "JVMs");
    }

    /** How many times ours is better. */
    private static double lead(Figure ours, Figure theirs) {
        return ours.setting().metric().moreIsBetter()
                ? ours.median() / theirs.median()
                : theirs.median() / ours.median();
    }

    /** Whichever leads: where the ranges overlap, it may be by chance. */
    private static String ifTheyOverlap(Figure one, Figure other) {
        return one.low() <= other.high() && other.low() <= one.high() ? " (the ranges overlap)" : "";
    }
}
