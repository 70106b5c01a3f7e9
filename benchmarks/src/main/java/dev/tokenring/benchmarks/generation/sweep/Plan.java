package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.llm.Precision;
import java.util.List;

/**
 * What one JVM is to measure: each policy at each rate, in turn.
 *
 * @param model which model
 * @param precision with which numbers it computes
 * @param times the rates, as multiples of what is answered one at a time
 * @param answersPerS how many requests are answered one at a time in a second; 0 to find out
 * @param workload what is asked
 * @param seconds how long each policy is measured at each rate, at least
 * @param answersToFirstToken how many answers, one at a time, the first token may take as long as
 * @param answersToEnd how many answers, one at a time, a whole answer may take as long as
 * @param backwards whether what usually comes last comes first
 */
record Plan(
        GenerationModel model,
        Precision precision,
        List<Double> times,
        double answersPerS,
        Workload workload,
        int seconds,
        double answersToFirstToken,
        double answersToEnd,
        boolean backwards) {
    /** Few requests say little, so that there are so many, if it takes no longer than so many times as long. */
    private static final double REQUESTS = 40;

    private static final double LONGER = 2;

    Limits limits(double oneAtATimePerS) {
        return Limits.of(oneAtATimePerS, answersToFirstToken, answersToEnd);
    }

    double secondsAt(double ratePerS) {
        return Math.min(Math.max(REQUESTS / ratePerS, seconds), LONGER * seconds);
    }

    /** The same in another round, with the rates of the first. */
    Plan again(double foundAnswersPerS, boolean otherWay) {
        return new Plan(
                model,
                precision,
                times,
                foundAnswersPerS,
                workload,
                seconds,
                answersToFirstToken,
                answersToEnd,
                otherWay);
    }
}
