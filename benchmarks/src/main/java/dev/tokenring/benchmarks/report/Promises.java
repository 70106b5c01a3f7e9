package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.ratio.Comparison;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of the promises: what was promised, what was found, and whether it is met. */
final class Promises {
    private static final String HEAD = """
            | promise | ours | reference | ratio | range | bar | |
            |---|--:|--:|--:|---|---|---|
            """;

    private Promises() {}

    /** A row for each promise that was checked. */
    static String table(List<Comparison> comparisons) {
        return HEAD + comparisons.stream().map(Promises::row).collect(Collectors.joining("\n"));
    }

    private static String row(Comparison comparison) {
        Figure ours = comparison.ours();
        Figure reference = comparison.reference();
        boolean alone = reference == null;
        return "| %s | %s %s | %s | %s | %s | %s | %s |"
                .formatted(
                        comparison.promise(),
                        Metric.print(ours.median()),
                        ours.setting().metric().unit(),
                        reference == null ? "–" : Metric.print(reference.median()),
                        alone ? "–" : Metric.print(comparison.ratio()),
                        alone ? "–" : Metric.print(comparison.lowest()) + " to " + Metric.print(comparison.highest()),
                        comparison.bar(),
                        comparison.isMet() ? "met" : "**MISSED**");
    }

    /** What could not be checked, in a sentence; empty if everything could. */
    static String notRun(Map<String, String> notRun) {
        return notRun.isEmpty()
                ? ""
                : "Not run, for want of what they are about: "
                        + notRun.entrySet().stream()
                                .map(row -> "`" + row.getKey() + "` (" + row.getValue() + ")")
                                .collect(Collectors.joining(", "))
                        + ".";
    }
}
