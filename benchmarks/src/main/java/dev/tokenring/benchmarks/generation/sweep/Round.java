package dev.tokenring.benchmarks.generation.sweep;

import java.util.List;

/**
 * What one JVM found.
 *
 * @param answersPerS how many requests are answered one at a time in a second
 * @param limits what is good enough
 * @param runs what came of each policy at each rate
 */
record Round(double answersPerS, Limits limits, List<OneRun> runs) {
    /** A policy at a rate. */
    record OneRun(Policy policy, double times, Served served) {
        boolean isOfTheSameAs(OneRun other) {
            return policy == other.policy && times == other.times;
        }
    }

    /** What was seen of a policy at a rate, which another JVM ran too. */
    Served served(OneRun inAnother) {
        return runs.stream()
                .filter(inAnother::isOfTheSameAs)
                .map(OneRun::served)
                .findFirst()
                .orElseThrow();
    }
}
