package dev.tokenring.benchmarks.report;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.latency.LatencyAtRate;
import dev.tokenring.benchmarks.measure.Effort;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Jmh;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import dev.tokenring.benchmarks.ratio.Ratios;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures everything that is published, and writes it: results, tables, charts, and the README's numbers. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Measures what the charts show, each setting in several JVMs in turn with all others, checks the promises as"
                    + " 'ratios' does, and writes results, page, charts and the README's numbers.",
            "Run it in the root of the repository. A few minutes per round; leave the machine alone meanwhile."
        })
public final class Report implements Callable<Integer> {
    private static final int QUICK_ROUNDS = 2;
    private static final int FULL_ROUNDS = 3;
    private static final String UNKNOWN_COMMIT = "unknown";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--quick", description = "Fewer and shorter runs, not to be published.")
    private boolean quick;

    @Option(names = "--rounds", description = "JVMs for each setting of a chart. Default: 2 if quick, 3 if not.")
    private int rounds;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where page, charts and results go.",
            defaultValue = "docs/benchmarks")
    private Path out = Path.of("docs/benchmarks");

    @Option(
            names = "--readme",
            paramLabel = "FILE",
            description = "The README in the repository's root, which has a place for the numbers.",
            defaultValue = "README.md")
    private Path readme = Path.of("README.md");

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Measures nothing, and writes the results that this file has from an earlier report.")
    private @Nullable Path from;

    @Option(
            names = "--newer",
            paramLabel = "FILE",
            description =
                    "What 'ratios --json' wrote later: its rows take the place of those of the same name, where"
                            + " something else was running on the machine, for example, or are added, where they need another JDK.")
    private @Nullable Path newer;

    @Option(
            names = "--ratios",
            paramLabel = "FILE",
            description =
                    "What 'ratios --json' wrote on this machine, of this commit: the promises are not checked again. Half"
                            + " of the time is for them.")
    private @Nullable Path ratios;

    /** To be filled by picocli. */
    public Report() {}

    @Override
    public Integer call() throws IOException {
        try {
            if (from != null && ratios != null) {
                throw new IllegalArgumentException("--ratios " + ratios + " is for a report that measures, and --from "
                        + from + " measures nothing: use --newer to replace rows of what was measured before");
            }
            Readme numbers = Readme.open(readme); // before anything is measured, which takes long
            Results results = from == null ? measure() : Results.read(from);
            if (newer != null) {
                results = results.with(Findings.read(newer));
            }
            Path root = requireNonNull(readme.toAbsolutePath().getParent());
            Elsewhere elsewhere = Elsewhere.besides(out);
            new Page(results, elsewhere, Sources.of(out, root)).write(out);
            numbers.write(results, elsewhere, Sources.way(root, out) + "README.md");
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(requireNonNull(spec).commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private Results measure() {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var machine = Machine.here();
        System.out.println(machine.describe());
        List<Comparison> comparisons = ratios == null ? Ratios.measureAll(quick) : known(ratios, machine);
        Map<String, String> missing = GenerationSections.missing();
        List<Figure> figures = new Rounds(
                        setting -> GenerationSections.roundsOf(setting, roundsOfEach()), this::measure)
                .measure(toMeasure(missing.keySet(), comparisons));
        List<Latency> latencies =
                LatencyAtRate.measure(quick).stream().flatMap(Latency::of).toList();
        return new Results(
                machine,
                commit(),
                date,
                figures,
                comparisons,
                Ratios.notRun(),
                latencies,
                IdleCost.measure(quick),
                GenerationSweep.measure(quick),
                missing);
    }

    private static List<Comparison> known(Path file, Machine here) {
        Findings found = Findings.read(file);
        if (!found.machine().describe().equals(here.describe())) {
            throw new IllegalArgumentException(
                    file + " was measured on " + found.machine().describe() + ", and this is "
                            + here.describe() + ": measure the ratios here, or put the file into the folder "
                            + Elsewhere.FOLDER + " beside the page");
        }
        return found.comparisons();
    }

    /** What the charts show, but for peers that can't be run, and for what is known from promises. */
    static List<Setting> toMeasure(Set<String> missingPeers, List<Comparison> comparisons) {
        return Sections.all().stream()
                .flatMap(section -> section.settings().stream())
                .filter(setting -> !missingPeers.contains(setting.params().getOrDefault("peer", "")))
                .filter(setting -> !isDoneWith(setting, comparisons))
                .toList();
    }

    /** Language models take so long that what was measured of them for a promise is not measured again. */
    private static boolean isDoneWith(Setting setting, List<Comparison> comparisons) {
        return setting.metric() == Metric.TOKENS
                && Results.ofPromises(setting, comparisons).isPresent();
    }

    private double measure(Setting setting) {
        double value = Jmh.run(setting, Effort.of(setting.metric(), quick));
        System.out.printf(
                "%-20s %-70s %12s %s%n",
                setting.benchmark(),
                setting.describeParams(),
                Metric.print(value),
                setting.metric().unit());
        return value;
    }

    private int roundsOfEach() {
        if (rounds > 0) {
            return rounds;
        }
        return quick ? QUICK_ROUNDS : FULL_ROUNDS;
    }

    /** The commit that is checked out, with a mark if files were changed since; or that it is not known. */
    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? commit : UNKNOWN_COMMIT;
        } catch (IOException noGit) {
            return UNKNOWN_COMMIT;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return UNKNOWN_COMMIT;
        }
    }
}
