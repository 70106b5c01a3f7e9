package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The repository's README, of which the part between two markers is the report's. */
final class Readme {
    private static final String BEGIN = "<!-- numbers -->";
    private static final String END = "<!-- /numbers -->";

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
                        **[Charts, what they mean, and where we lose](%s)**.

                        %s

                        %s

                        A bus with %d subscriptions and nothing to do takes %s %% of one core.

                        """.formatted(
                                        results.machine().describe(),
                                        results.commit(),
                                        results.date(),
                                        wayToPage,
                                        Promises.table(results.comparisons()),
                                        elsewhere.summary(),
                                        results.idle().subscriptions(),
                                        Metric.print(results.idle().withBus()))
                        + after);
    }
}
