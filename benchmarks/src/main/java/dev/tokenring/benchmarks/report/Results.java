package dev.tokenring.benchmarks.report;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.IdleCost;
import dev.tokenring.benchmarks.generation.sweep.SweepResult;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that was measured for a report, from which it can be written again.
 *
 * @param machine where it was measured
 * @param commit what was measured
 * @param date when measuring began
 * @param figures what the charts of throughput, round trips and scaling show
 * @param comparisons the promises that were checked
 * @param notRun the names of the promises that could not be, and what each needs
 * @param latencies what the charts of latency show
 * @param idle what a bus costs that has nothing to do
 * @param sweep what a language model's users see at more and more requests; null in results of a time before that
 * @param missing the peers that could not be run, and what each needs; null in results of a time before that
 */
public record Results(
        Machine machine,
        String commit,
        Instant date,
        List<Figure> figures,
        List<Comparison> comparisons,
        Map<String, String> notRun,
        List<Latency> latencies,
        IdleCost.Percent idle,
        @Nullable SweepResult sweep,
        @Nullable Map<String, String> missing) {
    /** Takes what was measured; a file of another program's has none of it. */
    public Results {
        requireNonNull(machine, "there is no machine");
        requireNonNull(commit, "there is no commit");
        requireNonNull(date, "there is no date");
        requireNonNull(figures, "there are no figures");
        requireNonNull(comparisons, "there are no comparisons");
        requireNonNull(notRun, "it is not said what was not run");
        requireNonNull(latencies, "there are no latencies");
        requireNonNull(idle, "there is no idle bus");
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if there is no such file, or if it holds something else
     */
    public static Results read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "there is no file " + file + ": name the results.json that an earlier report wrote");
        }
        return Json.read(file, Results.class);
    }

    /** Writes them all, over what the file held before. */
    public void write(Path file) {
        Json.write(file, this);
    }

    /**
     * The same, but for the promises that were checked again, or for the first time.
     *
     * @throws IllegalArgumentException if they were checked on another machine
     */
    Results with(Findings newer) {
        newer.requireHardwareOf(machine);
        Map<String, Comparison> byName = new LinkedHashMap<>();
        comparisons.forEach(before -> byName.put(before.name(), before));
        newer.comparisons().forEach(after -> byName.put(after.name(), after));
        Map<String, String> stillNotRun = new LinkedHashMap<>(notRun);
        stillNotRun.keySet().removeAll(byName.keySet());
        return new Results(
                machine,
                commit,
                date,
                figures,
                List.copyOf(byName.values()),
                stillNotRun,
                latencies,
                idle,
                sweep,
                missing);
    }

    /** What was measured of a setting, if it was: for a chart, or else for promises. */
    Optional<Figure> of(Setting setting) {
        return figures.stream()
                .filter(figure -> figure.setting().equals(setting))
                .findFirst()
                .or(() -> ofPromises(setting, comparisons));
    }

    /** What a setting needs that was not there, to be read after "needs"; nothing if it could be run. */
    Optional<String> missingFor(Setting setting) {
        return missing == null
                ? Optional.empty()
                : Optional.ofNullable(missing.get(setting.params().getOrDefault("peer", "")));
    }

    /** What was measured of a setting for promises, all of them together; nothing if none is about it. */
    static Optional<Figure> ofPromises(Setting setting, List<Comparison> comparisons) {
        List<Double> samples = comparisons.stream()
                .flatMap(comparison -> Stream.of(comparison.ours(), comparison.reference()))
                .filter(figure -> figure != null && figure.setting().equals(setting))
                .flatMap(figure -> figure.samples().stream())
                .toList();
        return samples.isEmpty() ? Optional.empty() : Optional.of(new Figure(setting, samples));
    }
}
