package dev.tokenring.benchmarks.ratio;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.measure.Commit;
import dev.tokenring.benchmarks.measure.Effort;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Jmh;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks the promises about performance, and prints a line for each. */
@Command(
        name = "ratios",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Runs this project and the references of its promises in turn, each time in a new JVM, and prints ours, the"
                    + " reference, their ratio (the median of the pairs, and in brackets their range), the bar, and whether"
                    + " it is met.",
            "Ends with 0 if all bars are met, or, with --baseline, if no ratio has become much worse; with 1 if not; with 2"
                    + " after a wrong option; with 3 if it failed, because a message was lost, for example."
        })
public final class Ratios implements Callable<Integer> {
    private static final String LINE = "%-40s %12s %12s %9s %-17s %8s  %s%n";
    private static final int QUICK_PAIRS = 3;
    private static final int FULL_PAIRS = 5;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--quick",
            description = "The shorter list, with fewer and shorter runs: under 5 minutes on 2 cores.")
    private boolean quick;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "These rows alone.")
    private List<String> only = List.of();

    @Option(
            names = "--pairs",
            description =
                    "Pairs of JVMs for each row. Default: 3 if quick, 5 if not; 2 if not given and with a language model.")
    private int pairs;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes what was found to this file too.")
    private @Nullable Path json;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description =
                    "What --json or 'report' wrote before, to compare with instead of the bars. Several, from different"
                            + " machines: those of this kind of processor count, if there are any; if not, a ratio is kept"
                            + " if it meets its bar, or was no better on one of them.")
    private List<Path> baselines = List.of();

    @Option(
            names = "--tolerance",
            paramLabel = "FACTOR",
            description =
                    "How many times worse than the baseline's worst pair a ratio may be. Allocations must not grow at all.",
            defaultValue = "1.75")
    private double tolerance;

    /** To be filled by picocli. */
    public Ratios() {}

    @Override
    public Integer call() {
        var machine = Machine.here();
        Baseline before = checked(machine);
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        System.out.println(machine.describe());
        System.out.printf(LINE, "row", "ours", "reference", "ratio", "(range)", "bar", "");
        var measurement = new Pairs(
                row -> pairsOf(row, quick, pairs), setting -> Jmh.run(setting, Effort.of(setting.metric(), quick)));
        List<Row> rows =
                chosen().stream().filter(row -> !isMissingSomething(row)).toList();
        List<Comparison> found = measurement.measure(
                rows,
                comparison ->
                        print(comparison, before == null ? verdictByBar(comparison) : before.verdict(comparison)));
        Rows.NOT_RUN.forEach((name, reason) -> {
            if (only.isEmpty() || only.contains(name)) {
                System.out.printf("%-40s not run: needs %s, not built yet%n", name, reason);
            }
        });
        if (json != null) {
            new Findings(machine, Commit.here(), date, found).write(json);
        }
        return found.stream().allMatch(before == null ? Comparison::isMet : before::isKeptBy) ? 0 : 1;
    }

    /** What can be wrong with the options comes before anything is measured. */
    private @Nullable Baseline checked(Machine here) {
        try {
            checkNames();
            if (pairs < 0) {
                throw new IllegalArgumentException("--pairs is " + pairs + ": it must be 1 or more");
            }
            if (json != null) {
                requireWritable(json);
            }
            var baseline = new Baseline(baselines.stream().map(Findings::read).toList(), here, tolerance);
            return baselines.isEmpty() ? null : baseline;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(requireNonNull(spec).commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static void requireWritable(Path file) {
        Path folder = requireNonNull(file.toAbsolutePath().getParent());
        if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new IllegalArgumentException(
                    "--json " + file + " can't be written: name a file in a folder that exists");
        }
    }

    /**
     * Checks all promises that can be, and prints a line for each.
     *
     * @param quick whether to take the shorter list, with fewer pairs
     * @param pairs how many pairs of JVMs a row takes, unless fewer are enough for it; 0 for as many as is usual
     * @param runner gives the value of one new JVM
     * @return what was found, row by row
     */
    public static List<Comparison> measureAll(boolean quick, int pairs, ToDoubleFunction<Setting> runner) {
        List<Row> rows = Rows.all().stream()
                .filter(row -> (row.quick() || !quick) && !isMissingSomething(row))
                .toList();
        return new Pairs(row -> Math.min(row.mostPairs(), pairsOf(row, quick, pairs)), runner)
                .measure(rows, comparison -> print(comparison, verdictByBar(comparison)));
    }

    /** The names of the promises that can't be checked here, and what each needs. */
    public static Map<String, String> notRun() {
        Map<String, String> reasons = new LinkedHashMap<>(Rows.NOT_RUN);
        reasons.putAll(missing(Rows.all()));
        return reasons;
    }

    static Map<String, String> missing(List<Row> rows) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (Row row : rows) {
            String missing = row.need().missing();
            if (missing != null) {
                reasons.put(row.name(), missing);
            }
        }
        return reasons;
    }

    /** Says so if it is: the row is neither met nor missed then. */
    private static boolean isMissingSomething(Row row) {
        String missing = row.need().missing();
        if (missing != null) {
            System.out.printf("%-40s not run: needs %s%n", row.name(), missing);
        }
        return missing != null;
    }

    /** What {@code --only} takes. */
    public static Set<String> names() {
        return Stream.concat(Rows.all().stream().map(Row::name), Rows.NOT_RUN.keySet().stream())
                .collect(Collectors.toSet());
    }

    private void checkNames() {
        Set<String> known = names();
        for (String name : only) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("there is no row " + name + ": take some of "
                        + known.stream().sorted().collect(Collectors.joining(", ")));
            }
        }
    }

    private List<Row> chosen() {
        return Rows.all().stream()
                .filter(row -> only.isEmpty() ? row.quick() || !quick : only.contains(row.name()))
                .toList();
    }

    private static int pairsOf(Row row, boolean quick, int asked) {
        return asked > 0 ? asked : Math.min(row.mostPairs(), quick ? QUICK_PAIRS : FULL_PAIRS);
    }

    private static String verdictByBar(Comparison comparison) {
        return comparison.isMet() ? "met" : "MISSED";
    }

    private static void print(Comparison comparison, String verdict) {
        Figure ours = comparison.ours();
        Figure reference = comparison.reference();
        System.out.printf(
                LINE,
                comparison.name(),
                Metric.print(ours.median()) + " " + ours.setting().metric().unit(),
                reference == null ? "-" : Metric.print(reference.median()),
                Metric.print(comparison.ratio()),
                "(" + Metric.print(comparison.lowest()) + " to " + Metric.print(comparison.highest()) + ")",
                comparison.bar(),
                verdict);
    }
}
