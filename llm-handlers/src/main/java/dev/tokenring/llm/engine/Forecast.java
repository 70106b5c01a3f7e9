package dev.tokenring.llm.engine;

/**
 * Foresees who would not be answered in time, so that no step is spent on them: an answer that comes too late is as good
 * as none, and at more load than the model can serve all would be late. It learns how long an answer takes that is being
 * computed, and how often a place becomes free while others wait. Until it has seen a few answers it foresees nothing. For
 * the thread that computes.
 */
final class Forecast {
    private static final double MEMORY = 0.9;
    private static final double MARGIN = 1.25;
    private static final int ENOUGH = 8;

    private int answers;
    private double firstTokenNs;
    private double nextTokenNs;
    private double tokens;
    private double betweenStartsNs;
    private long lastStartNs = -1;

    /** A sequence got a place for the first time. */
    void started(long nowNs, boolean othersWait) {
        if (lastStartNs >= 0 && othersWait) {
            betweenStartsNs = learned(betweenStartsNs, (double) (nowNs - lastStartNs));
        }
        lastStartNs = othersWait ? nowNs : -1;
    }

    /**
     * A sequence that had a place is over; those that were too late count too, or all would look faster than they are. One
     * that was held up by its reader, or by more important ones, teaches nothing.
     */
    void ended(Sequence sequence, boolean answered) {
        int generated = sequence.generated();
        if (generated < 2 || sequence.heldUp) {
            return;
        }
        firstTokenNs = learned(firstTokenNs, (double) (sequence.firstTokenNs - sequence.startedNs));
        nextTokenNs = learned(nextTokenNs, (double) (sequence.lastTokenNs - sequence.firstTokenNs) / (generated - 1));
        if (answered) {
            tokens = learned(tokens, generated);
            answers++;
        }
    }

    private double learned(double before, double seen) {
        return before == 0 ? seen : MEMORY * before + (1 - MEMORY) * seen;
    }

    /** Whether a sequence that has not begun can be answered in time, if so many get their place before it does. */
    boolean isInTime(Sequence sequence, int ahead, long nowNs) {
        if (sequence.deadlineNs == Sequence.NEVER || answers < ENOUGH) {
            return true;
        }
        double expected = Math.min(tokens, sequence.limit - sequence.promptLength);
        double neededNs = ahead * betweenStartsNs + firstTokenNs + nextTokenNs * Math.max(0, expected - 1);
        return sequence.deadlineNs - nowNs >= MARGIN * neededNs;
    }
}
