package dev.tokenring.benchmarks.generation.sweep;

/**
 * What is good enough for whoever asks.
 *
 * @param firstTokenMs how long the first token may take
 * @param answerMs how long the whole answer may take: the deadline that goes with the request
 */
public record Limits(double firstTokenMs, double answerMs) {
    private static final double NS_PER_MS = 1e6;

    /**
     * Limits in terms of the model's own speed.
     *
     * @param answersPerS how many requests are answered one at a time
     * @param answersToFirstToken how many of them the first token may take as long as
     * @param answersToEnd how many of them the whole answer may take as long as
     */
    static Limits of(double answersPerS, double answersToFirstToken, double answersToEnd) {
        return new Limits(1000 * answersToFirstToken / answersPerS, 1000 * answersToEnd / answersPerS);
    }

    long answerNs() {
        return (long) (NS_PER_MS * answerMs);
    }

    /** Whether an answer is worth its tokens. */
    boolean isMetBy(Answer answer) {
        return answer.end() == Answer.End.ANSWERED
                && answer.firstTokenNs() <= NS_PER_MS * firstTokenMs
                && answer.endNs() <= NS_PER_MS * answerMs;
    }
}
