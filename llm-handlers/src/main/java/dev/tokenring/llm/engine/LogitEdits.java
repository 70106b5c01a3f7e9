package dev.tokenring.llm.engine;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.Penalties;
import dev.tokenring.llm.constraint.TokenSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a sequence's logits before a token is chosen: constraint, bias and penalties, in this order. For one
 * thread.
 */
final class LogitEdits {
    private final Map<Integer, Double> bias;
    private final Penalties penalties;
    private final boolean penalised;
    /** How often each token was generated; 0 for one that stands only in the prompt. */
    private final Map<Integer, Integer> generatedById = new HashMap<>();

    private float[] edited = new float[0];

    LogitEdits(GenerationOptions options, int[] prompt) {
        bias = options.logitBias();
        penalties = options.penalties();
        penalised = !penalties.equals(Penalties.NONE);
        if (penalised) {
            for (int id : prompt) {
                generatedById.put(id, 0);
            }
        }
    }

    boolean isNone() {
        return bias.isEmpty() && !penalised;
    }

    void count(int id) {
        if (penalised) {
            generatedById.merge(id, 1, Integer::sum);
        }
    }

    /** The logits to choose by; a copy, if anything is to be edited. */
    float[] apply(float[] logits, @Nullable TokenSet allowed) {
        if (isNone() && allowed == null) {
            return logits;
        }
        copy(logits, allowed);
        bias.forEach((id, added) -> {
            if (id < edited.length) {
                edited[id] += added.floatValue();
            }
        });
        generatedById.forEach(this::penalise);
        return edited;
    }

    private void copy(float[] logits, @Nullable TokenSet allowed) {
        if (edited.length != logits.length) {
            edited = new float[logits.length];
        }
        if (allowed == null) {
            System.arraycopy(logits, 0, edited, 0, logits.length);
        } else {
            Arrays.fill(edited, Float.NEGATIVE_INFINITY);
            for (int id = allowed.next(0); id >= 0 && id < logits.length; id = allowed.next(id + 1)) {
                edited[id] = logits[id];
            }
        }
    }

    private void penalise(int id, int generated) {
        double logit = edited[id];
        logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
        if (generated > 0) {
            logit -= penalties.presence() + penalties.frequency() * generated;
        }
        edited[id] = (float) logit;
    }
}
