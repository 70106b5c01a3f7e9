package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.llm.Precision;
import java.util.List;

/**
 * What a sweep found.
 *
 * @param model which model
 * @param precision with which numbers it computed
 * @param spacing when requests came
 * @param seconds for how long each policy was measured at each rate in each JVM, at least
 * @param answersPerS how many requests are answered one at a time in a second
 * @param limits what was good enough
 * @param points what came of each policy at each rate
 */
public record SweepResult(
        GenerationModel model,
        Precision precision,
        Spacing spacing,
        int seconds,
        double answersPerS,
        Limits limits,
        List<SweepPoint> points) {
    /** Puts together what the JVMs of a sweep found. */
    static SweepResult of(Plan plan, List<Round> rounds) {
        Round first = rounds.get(0);
        List<SweepPoint> points = first.runs().stream()
                .map(run -> new SweepPoint(
                        run.policy(),
                        run.times(),
                        run.times() * first.answersPerS(),
                        rounds.stream().map(round -> round.served(run)).toList()))
                .toList();
        return new SweepResult(
                plan.model(),
                plan.precision(),
                plan.workload().spacing(),
                plan.seconds(),
                first.answersPerS(),
                first.limits(),
                points);
    }
}
