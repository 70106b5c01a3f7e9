package dev.tokenring.benchmarks.generation.sweep;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/**
 * What the users of a run saw, between two instants of it. Requests count if they were due then, tokens if their answer ended
 * then.
 *
 * @param requests how many were due
 * @param turnedAway how many of them were told that there is too much to do
 * @param tooLate how many of them passed their deadline
 * @param firstTokenP50Ms when the first token came, of those to whom one came; the deadline, if none did
 * @param firstTokenP99Ms the same, the slowest hundredth apart
 * @param perTokenP50Ms the time of each further token, from answer to answer; the deadline, if nobody got two
 * @param perTokenP99Ms the same, the slowest hundredth apart
 * @param tokensPerS of all that were answered
 * @param goodput tokens/s of those for whom that was {@linkplain Limits good enough}
 */
public record Served(
        int requests,
        int turnedAway,
        int tooLate,
        double firstTokenP50Ms,
        double firstTokenP99Ms,
        double perTokenP50Ms,
        double perTokenP99Ms,
        double tokensPerS,
        double goodput) {
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;

    /** Looks at what came of the requests of a run. */
    static Served of(List<Answer> answers, long fromNs, long toNs, Limits limits) {
        List<Answer> due = answers.stream()
                .filter(answer ->
                        answer.arrival().dueNs() >= fromNs && answer.arrival().dueNs() < toNs)
                .toList();
        List<Answer> ended = answers.stream()
                .filter(answer -> answer.endOfRunNs() >= fromNs && answer.endOfRunNs() < toNs)
                .filter(answer -> answer.end() == Answer.End.ANSWERED)
                .toList();
        double seconds = (toNs - fromNs) / NS_PER_S;
        double[] first = sorted(due.stream().filter(Answer::hasBegun).mapToDouble(Answer::firstTokenNs));
        double[] further =
                sorted(due.stream().filter(answer -> answer.tokens() > 1).mapToDouble(Answer::perTokenNs));
        return new Served(
                due.size(),
                count(due, Answer.End.TURNED_AWAY),
                count(due, Answer.End.TOO_LATE),
                percentileMs(first, 50, limits),
                percentileMs(first, 99, limits),
                percentileMs(further, 50, limits),
                percentileMs(further, 99, limits),
                tokens(ended, answer -> true) / seconds,
                tokens(ended, limits::isMetBy) / seconds);
    }

    private static int count(List<Answer> answers, Answer.End end) {
        return (int) answers.stream().filter(answer -> answer.end() == end).count();
    }

    private static double tokens(List<Answer> answers, Predicate<Answer> which) {
        return answers.stream().filter(which).mapToInt(Answer::tokens).sum();
    }

    private static double[] sorted(DoubleStream values) {
        return values.sorted().toArray();
    }

    /** The least value that so many of a hundred are no larger than. */
    private static double percentileMs(double[] sortedNs, int percentile, Limits limits) {
        if (sortedNs.length == 0) {
            return limits.answerMs();
        }
        int rank = (int) Math.ceil(percentile / 100.0 * sortedNs.length);
        return sortedNs[Math.max(rank, 1) - 1] / NS_PER_MS;
    }
}
