package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.ratio.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The repository's README, of which the part between two markers is the report's. */
final class Readme {
    private static final String BEGIN = "<!-- numbers -->";
    private static final String END = "<!-- /numbers -->";

    /** The promises that users ask about first. */
    static final Set<String> ASKED_FIRST = Set.of(
            "by-reference-yielding",
            "by-reference-yielding-gathering",
            "in-place-claim",
            "by-reference-than-jctools-mpsc",
            "round-trip-adaptive",
            "round-trip-vertx",
            "bytes-request",
            "generation-16-124m",
            "generation-overhead-124m",
            "generation-4-fp32-than-llama-cpp",
            "generation-4-int8-than-llama-cpp");

    private final Path file;
    private final String before;
    private final String after;

    private Readme(Path file, String before, String after) {
        this.file = file;
        this.before = before;
        this.after = after;
    }

    /**
     * Looks for the markers.
     *
     * @throws IllegalArgumentException if there is no such file, or if it has not both markers in their order
     */
    static Readme open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no file " + file
                    + ": run this in the root of the repository, or name its README with --readme");
        }
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(file + " has no place for the numbers: put " + BEGIN + " and, below it, "
                    + END + " where they are to stand");
        }
        return new Readme(file, text.substring(0, begin + BEGIN.length()), text.substring(end));
    }

    /** Writes a short version of the results between the markers. */
    void write(Results results, Elsewhere elsewhere, String wayToPage) throws IOException {
        Files.writeString(
                file,
                before
                        + """


                        %s; commit `%s`, %s. Ours and the reference ran in turn; a ratio is the median of the pairs. \
                        %d of %d promises are met; here are %sthose that users ask about first. **[All of them, charts, what \
                        they mean, and where we lose](%s)**.

                        %s

                        %s

                        A bus with %d subscriptions and nothing to do takes %s %% of one core.

                        """.formatted(
                                        results.machine().describe(),
                                        results.commit(),
                                        results.date(),
                                        results.comparisons().stream()
                                                .filter(Comparison::isMet)
                                                .count(),
                                        results.comparisons().size(),
                                        results.comparisons().stream().allMatch(Comparison::isMet)
                                                ? ""
                                                : "all that are not, and ",
                                        wayToPage,
                                        Promises.table(shown(results)),
                                        elsewhere.summary(),
                                        results.idle().subscriptions(),
                                        Metric.print(results.idle().withBus()))
                        + after);
    }

    private static List<Comparison> shown(Results results) {
        return results.comparisons().stream()
                .filter(comparison -> !comparison.isMet() || ASKED_FIRST.contains(comparison.name()))
                .toList();
    }
}
