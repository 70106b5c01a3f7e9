package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.measure.Effort;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The page of tables and charts, with the files that belong to it. */
final class Page {
    /** What a report keeps its results in, beside the page. */
    static final String RESULTS = "results.json";

    /** What the model of more cores is told in. */
    private static final String SCALING = "scaling.md";

    /** What is done in each of the JVMs that a figure is the median of; a quick report is not published. */
    private static final String EACH_JVM =
            "%s; a language model %s, and where what is around it is compared, %s; collector and heap: as the JVM chooses, but for the flags; a report with `--quick` does less"
                    .formatted(Effort.FULL.describe(), Effort.TOKENS.describe(), Effort.TOKENS_WHEN_WARM.describe());

    private final Results results;
    private final Elsewhere elsewhere;
    private final Sources sources;

    /**
     * Prepares to write.
     *
     * @param results what was measured
     * @param elsewhere what was measured on other machines
     * @param sources the way from the page to what it speaks of
     */
    Page(Results results, Elsewhere elsewhere, Sources sources) {
        this.results = results;
        this.elsewhere = elsewhere;
        this.sources = sources;
    }

    /** Writes the page, its charts and its results into a folder, which is made if need be. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        results.write(folder.resolve(RESULTS));
        for (Chart chart : charts()) {
            Files.writeString(folder.resolve(fileOf(chart)), Svg.of(chart));
        }
        Files.writeString(folder.resolve("README.md"), text());
        Optional<Scaling> scaling = Scaling.of(results);
        if (scaling.isPresent()) {
            Optional<GenerationScaling> generation = GenerationScaling.of(results);
            Files.writeString(
                    folder.resolve(SCALING),
                    scaling.get().text(sources)
                            + generation.map(model -> "\n" + model.text()).orElse(""));
        }
    }

    private List<Chart> charts() {
        List<Chart> charts = new ArrayList<>();
        Sections.all().forEach(section -> section.chart(results).ifPresent(charts::add));
        BatchingGain.of(results).ifPresent(gain -> charts.add(gain.chart()));
        sweep().ifPresent(sweep -> charts.addAll(sweep.charts()));
        Latencies.of(results).forEach(latencies -> charts.add(latencies.chart()));
        return charts;
    }

    private Optional<Sweep> sweep() {
        return Optional.ofNullable(results.sweep()).map(Sweep::new);
    }

    private static String fileOf(Chart chart) {
        return chart.name() + ".svg";
    }

    private String text() {
        String sections = Sections.all().stream()
                .flatMap(section -> section.chart(results).stream()
                        .map(chart -> section(section.title(), List.of(chart), section.text(results, sources))))
                .collect(Collectors.joining("\n"));
        String gains = BatchingGain.of(results)
                .map(gain -> section(gain.title(), List.of(gain.chart()), gain.text(sources)))
                .orElse("");
        String swept = sweep().map(sweep -> section(sweep.title(), sweep.charts(), sweep.text(sources)))
                .orElse("");
        String latencies = Latencies.of(results).stream()
                .map(each -> section(each.title(), List.of(each.chart()), each.text(sources)))
                .collect(Collectors.joining("\n"));
        return """
                # Figures

                All of this page, and the numbers in the [README](%sREADME.md), were written by

                    java -jar benchmarks/target/benchmarks.jar report

                from what it measured, which is in [%s](%s)%s. Measure it on your machine. \
                [How to run and to read the benchmarks](%sbenchmarks/README.md).

                %s

                A figure is the median of several JVMs, and an error bar goes from the lowest of them to the highest. All that a \
                chart shows ran in turn, round by round, so that what the machine did meanwhile met all alike. Each benchmark \
                checks its answer: a message that is lost or doubled fails the run.

                ## Promises

                A ratio is the median of pairs of JVMs that ran one after the other, ours and the reference; the range goes from \
                the lowest pair to the highest.

                %s

                %s

                %s

                %s
                %s
                %s
                %s
                ## Nothing to do

                **What is measured:** The CPU time of the Java threads of a bus with %d subscriptions, each to a topic of its own \
                and with a thread of its own, that have had a message each and wait for the next: %s (%s).

                **What it means:** It takes %s %% of one core; without a bus, the same JVM took %s %%.

                ## More cores

                [What to expect of more cores, on paper](%s): a model that is fitted to these figures.
                """.formatted(
                                sources.toRoot(),
                                RESULTS,
                                RESULTS,
                                elsewhere.origin(),
                                sources.toRoot(),
                                where(),
                                Promises.table(results.comparisons()),
                                Promises.notRun(results.notRun()),
                                elsewhere.table(results),
                                sections,
                                gains,
                                swept,
                                latencies,
                                results.idle().subscriptions(),
                                "`java -jar benchmarks/target/benchmarks.jar idle`",
                                sources.link(IdleCost.class),
                                Metric.print(results.idle().withBus()),
                                Metric.print(results.idle().withoutBus()),
                                SCALING)
                        .replaceAll("(?m)[ \t]+$", "")
                        .replaceAll("\n{3,}", "\n\n")
                        .strip()
                + "\n";
    }

    private static String section(String title, List<Chart> charts, String text) {
        String pictures = charts.stream()
                .map(chart -> "![%s](%s)".formatted(chart.description(), fileOf(chart)))
                .collect(Collectors.joining("\n\n"));
        return """
                ## %s

                %s

                %s""".formatted(title, pictures, text);
    }

    private String where() {
        Machine machine = results.machine();
        return """
                | | |
                |---|---|
                | processor | %s, %d for the JVM |
                | memory | %d MiB |
                | system | %s |
                | JVM | %s |
                | flags | %s |
                | each JVM | %s |
                | commit | `%s` |
                | date | %s |""".formatted(
                        machine.processor(),
                        machine.processors(),
                        machine.memoryMib(),
                        machine.system(),
                        machine.jvm(),
                        Optional.of(String.join(" ", machine.flags()))
                                .filter(flags -> !flags.isEmpty())
                                .map(flags -> "`" + flags + "`")
                                .orElse("none beyond the benchmarks' own"),
                        EACH_JVM,
                        results.commit(),
                        results.date());
    }
}
