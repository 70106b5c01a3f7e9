package dev.tokenring.benchmarks.report;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.generation.sweep.SweepResult;
import dev.tokenring.benchmarks.latency.LatencyAtRate;
import dev.tokenring.benchmarks.latency.LatencyResult;
import dev.tokenring.benchmarks.measure.Arguments;
import dev.tokenring.benchmarks.measure.Commit;
import dev.tokenring.benchmarks.measure.Effort;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Jmh;
import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import dev.tokenring.benchmarks.ratio.Ratios;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "Run it in the root of the repository, and leave the machine alone meanwhile: it takes more than an hour.",
            "What ended early goes on with --resume."
        })
public final class Report implements Callable<Integer> {
    private static final int QUICK_ROUNDS = 2;
    private static final int FULL_ROUNDS = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--quick", description = "Fewer and shorter runs, not to be published.")
    private boolean quick;

    @Option(names = "--rounds", description = "JVMs for each setting of a chart. Default: 2 if quick, 3 if not.")
    private @Nullable Integer rounds;

    @Option(
            names = "--pairs",
            description =
                    "Pairs of JVMs for each promise. Default: 3 if quick, 5 if not; 2 at most with a language model.")
    private int pairs;

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
            names = "--progress",
            paramLabel = "FILE",
            description = "Where each value is kept as soon as it is measured.",
            defaultValue = "benchmarks/target/report.jsonl")
    private Path progress = Path.of("benchmarks/target/report.jsonl");

    @Option(
            names = "--resume",
            description =
                    "Goes on with a report of this commit and machine that ended early: what --progress has is not measured again.")
    private boolean resume;

    /** To be filled by picocli. */
    public Report() {}

    @Override
    public Integer call() throws IOException {
        try {
            if (from != null && resume) {
                throw new IllegalArgumentException(
                        "--resume goes on measuring, and --from " + from + " measures nothing: leave one of them out");
            }
            // All that may be wrong comes before anything is measured, which takes long.
            Readme numbers = Readme.open(readme);
            new Arguments(spec)
                    .atLeast(1, "--rounds", rounds)
                    .folder("--out", out)
                    .file("--readme", readme);
            Findings later = newer == null ? null : Findings.read(newer);
            if (later != null && from == null) {
                later.requireHardwareOf(Machine.here());
            }
            Elsewhere elsewhere = Elsewhere.besides(out);
            System.out.println(elsewhere.files());
            Results results = from == null ? measure() : Results.read(from);
            if (later != null) {
                results = results.with(later);
            }
            Path root = requireNonNull(readme.toAbsolutePath().getParent());
            new Page(results, elsewhere, Sources.of(out, root)).write(out);
            numbers.write(results, elsewhere, Sources.way(root, out) + "README.md");
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(requireNonNull(spec).commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private Results measure() throws IOException {
        var machine = Machine.here();
        System.out.println(machine.describe());
        var now = Progress.Begun.of(machine, Commit.here(), quick, Instant.now().truncatedTo(ChronoUnit.SECONDS));
        Progress kept = resume ? Progress.resume(progress, now) : Progress.begin(progress, now);
        List<Comparison> comparisons = Ratios.measureAll(quick, pairs, setting -> measure(setting, kept));
        Map<String, String> missing = GenerationSections.missing();
        Map<String, String> notRun = Ratios.notRun();
        comparisons.forEach(comparison -> notRun.remove(comparison.name()));
        List<Figure> figures = new Rounds(
                        setting -> GenerationSections.roundsOf(setting, roundsOfEach()),
                        setting -> measureAndPrint(setting, kept))
                .measure(toMeasure(missing.keySet(), comparisons));
        List<Latency> latencies = Stream.of(
                        kept.next("latencies", LatencyResult[].class, () -> LatencyAtRate.measure(quick)
                                .toArray(LatencyResult[]::new)))
                .flatMap(Latency::of)
                .toList();
        return new Results(
                machine,
                kept.begun().commit(),
                kept.begun().date(),
                figures,
                comparisons,
                notRun,
                latencies,
                kept.next("idle", IdleCost.Percent.class, () -> IdleCost.measure(quick)),
                kept.next("sweep", SweepResult.class, () -> GenerationSweep.measure(quick)),
                missing);
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

    private double measure(Setting setting, Progress kept) {
        return kept.next(Json.line(setting), Double.class, () -> Jmh.run(setting, Effort.of(setting.metric(), quick)));
    }

    private double measureAndPrint(Setting setting, Progress kept) {
        double value = measure(setting, kept);
        System.out.printf(
                "%-20s %-70s %12s %s%n",
                setting.benchmark(),
                setting.describeParams(),
                Metric.print(value),
                setting.metric().unit());
        return value;
    }

    private int roundsOfEach() {
        if (rounds != null) {
            return rounds;
        }
        return quick ? QUICK_ROUNDS : FULL_ROUNDS;
    }
}
