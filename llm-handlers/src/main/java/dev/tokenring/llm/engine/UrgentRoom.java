package dev.tokenring.llm.engine;

import java.util.concurrent.TimeUnit;

/**
 * Keeps steps short enough for those that matter most. A request of high priority gets a place at once, but it can't
 * interrupt the step at hand. So while such requests come, prompts of lower priority go through the model in smaller
 * chunks: so small that a step takes no more than half of what the prompt of a usual urgent request takes alone. And
 * while an urgent prompt is being computed, lower priorities pause.
 *
 * <p>Urgent is the highest priority that came within the last minute; where all have the same, nothing is held back. What
 * steps cost is {@linkplain StepCost learned}. For the thread that computes.
 */
final class UrgentRoom {
    private static final long REMEMBERED_NS = TimeUnit.MINUTES.toNanos(1);
    private static final double SHARE = 0.5;
    private static final double MEMORY = 0.9;
    private static final int LEAST_TOKENS = 8;

    private final int stepTokens;
    private final StepCost cost = new StepCost();
    private int urgent = Integer.MIN_VALUE;
    private long urgentCameNs;
    private double urgentPrompt;

    UrgentRoom(int stepTokens) {
        this.stepTokens = stepTokens;
    }

    void arrived(Sequence sequence, long nowNs) {
        if (sequence.priority > urgent || nowNs - urgentCameNs > REMEMBERED_NS) {
            urgent = sequence.priority;
            urgentPrompt = sequence.promptLength;
        }
        if (sequence.priority == urgent) {
            urgentCameNs = nowNs;
            urgentPrompt = MEMORY * urgentPrompt + (1 - MEMORY) * sequence.promptLength;
        }
    }

    void stepped(int tokens, long tookNs) {
        cost.learn(tokens, tookNs);
    }

    /** How many tokens of prompts of this priority may go through the next step, beside so many that are answers' next. */
    int promptTokens(int priority, int answerTokens, long nowNs) {
        int all = stepTokens - answerTokens;
        if (priority >= urgent || nowNs - urgentCameNs > REMEMBERED_NS) {
            return all;
        }
        double aloneNs = Math.ceil(urgentPrompt / stepTokens) * cost.stepNs() + urgentPrompt * cost.tokenNs();
        double fits = (SHARE * aloneNs - cost.stepNs()) / Math.max(1, cost.tokenNs()) - answerTokens;
        return (int) Math.min(all, Math.max(LEAST_TOKENS, fits));
    }
}
