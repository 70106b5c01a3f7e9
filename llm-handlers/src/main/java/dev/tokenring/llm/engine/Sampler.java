package dev.tokenring.llm.engine;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.TokenLogprobs;
import dev.tokenring.llm.TokenLogprobs.Candidate;
import dev.tokenring.llm.constraint.Guide;
import dev.tokenring.llm.constraint.TokenSet;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one sequence from logits, in the order of operations that {@link GenerationOptions} states. For
 * each token: {@link #choose}, {@link #accept} of what was chosen, and the end if that {@link #isComplete}; before the
 * first token too. For one thread.
 *
 * <p>The choice depends on the logits, the options and the tokens accepted so far, and on nothing else: the number that
 * decides it comes from the seed and the position in the text. So a sequence that was dropped goes on as before with a new
 * sampler that has accepted the same tokens. {@link SplittableRandom} is specified to give the same numbers for the same
 * seed on every JVM, and the numbers here are its sequence for the seed.
 *
 * <p>A logit that is no number, as a damaged model may give, counts as impossible; an infinite one as certain. Where
 * everything is impossible, the first token is taken that the constraint allows.
 */
final class Sampler {
    /** By this the state of a {@link SplittableRandom} grows with each number: it is documented in its source as GOLDEN_GAMMA. */
    private static final long SEED_STEP = 0x9e3779b97f4a7c15L;

    private static final int FIRST_CANDIDATES = 64;

    private final GenerationOptions options;
    private final @Nullable Guide guide;
    private final LogitEdits edits;
    private final TopCandidates candidates = new TopCandidates();
    private final long seed;
    private double[] weights = new double[0];
    private int accepted;

    /** For a sequence without a constraint whose prompt doesn't count. */
    Sampler(GenerationOptions options) {
        this(options, 0, new int[0], null);
    }

    /**
     * For one of several samples.
     *
     * @param sample which, from 0
     * @param prompt counts for the penalty on repetition
     * @param guide the constraint's way through this sequence, which no other has
     */
    Sampler(GenerationOptions options, int sample, int[] prompt, @Nullable Guide guide) {
        this.options = options;
        this.guide = guide;
        this.edits = new LogitEdits(options, prompt);
        this.seed =
                sample == 0 ? options.seed() : new SplittableRandom(Long.reverse(options.seed()) + sample).nextLong();
    }

    /** Whether all that it ever does is to choose the likeliest token, so that nothing else of the logits is needed. */
    boolean takesLikeliest() {
        return isGreedy() && edits.isNone() && guide == null && options.logprobs() == 0;
    }

    private boolean isGreedy() {
        return options.temperature() == 0 || options.topK() == 1;
    }

    /** Whether the text is complete and can't go on, so that no further token is to be chosen. */
    boolean isComplete() {
        return guide != null && guide.isComplete();
    }

    /** Chooses the next token's id; the logits stay as they are. */
    int choose(float[] logits) {
        TokenSet allowed = guide == null ? null : guide.allowed();
        if (allowed != null && allowed.size() == 1) {
            return allowed.next(0);
        }
        float[] edited = edits.apply(logits, allowed);
        int chosen = isGreedy() ? likeliest(edited) : draw(edited);
        return chosen >= 0 ? chosen : allowed == null ? 0 : allowed.next(0);
    }

    /** Takes note of the token that was chosen, and goes on behind it. */
    void accept(int id) {
        accepted++;
        edits.count(id);
        if (guide != null) {
            guide.accept(id);
        }
    }

    /** The greatest logit's id, of equals the first; -1 if all are impossible. */
    private static int likeliest(float[] logits) {
        int best = -1;
        float greatest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] > greatest) {
                greatest = logits[id];
                best = id;
            }
        }
        return best;
    }

    private int draw(float[] logits) {
        double chance = new SplittableRandom(seed + accepted * SEED_STEP).nextDouble();
        boolean ofAll = options.topK() == 0 || options.topK() >= logits.length;
        if (ofAll && options.topP() == 1) {
            int likeliest = likeliest(logits);
            return likeliest < 0 ? -1 : drawFromAll(logits, logits[likeliest], chance);
        }
        return drawFromLikeliest(ofAll ? keepTopP(logits) : keepTopK(logits), chance);
    }

    /** The probability of a token, up to a factor that all tokens share; 1 for the likeliest. */
    private double weight(float logit, float greatest) {
        return logit == greatest ? 1 : Math.exp((logit - greatest) / options.temperature());
    }

    private int drawFromAll(float[] logits, float greatest, double chance) {
        ensureWeights(logits.length);
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            double weight = weight(logits[id], greatest);
            weights[id] = weight > 0 && weight >= options.minP() ? weight : 0;
            total += weights[id];
        }
        double rest = chance * total;
        int last = -1;
        for (int id = 0; id < logits.length; id++) {
            if (weights[id] > 0) {
                last = id;
                rest -= weights[id];
                if (rest < 0) {
                    return id;
                }
            }
        }
        return last;
    }

    /** Of so many candidates, whose weights are known. */
    private int drawFromLikeliest(int kept, double chance) {
        if (kept == 0) {
            return -1;
        }
        double keptWeight = 0;
        int drawnFrom = 0;
        while (drawnFrom < kept && (drawnFrom == 0 || weights[drawnFrom] >= options.minP())) {
            keptWeight += weights[drawnFrom++];
        }
        double rest = chance * keptWeight;
        int chosen = 0;
        while (chosen < drawnFrom - 1 && (rest -= weights[chosen]) >= 0) {
            chosen++;
        }
        return candidates.id(chosen);
    }

    private int keepTopK(float[] logits) {
        candidates.select(logits, options.topK());
        return keepUpTo(options.topP() * weigh());
    }

    /** Looks at so few candidates as will do: the likeliest few hold most of the probability, except of a flat model. */
    private int keepTopP(float[] logits) {
        int likeliest = likeliest(logits);
        if (likeliest < 0) {
            return 0;
        }
        double total = 0;
        for (float logit : logits) {
            double weight = weight(logit, logits[likeliest]);
            total += weight > 0 ? weight : 0;
        }
        for (int wanted = FIRST_CANDIDATES; ; wanted *= 8) {
            candidates.select(logits, Math.min(wanted, logits.length));
            if (weigh() >= options.topP() * total || candidates.count() < wanted) {
                return keepUpTo(options.topP() * total);
            }
        }
    }

    /** Gives each candidate its weight, in order, and returns their sum. */
    private double weigh() {
        ensureWeights(candidates.count());
        double total = 0;
        for (int rank = 0; rank < candidates.count(); rank++) {
            weights[rank] = weight(candidates.logit(rank), candidates.logit(0));
            total += weights[rank];
        }
        return total;
    }

    /** How many candidates it takes to reach a weight: at least one, if there is one. */
    private int keepUpTo(double wanted) {
        int kept = 0;
        double keptWeight = 0;
        while (kept < candidates.count() && (kept == 0 || keptWeight < wanted)) {
            keptWeight += weights[kept++];
        }
        return kept;
    }

    private void ensureWeights(int length) {
        if (weights.length < length) {
            weights = new double[length];
        }
    }

    /** How likely the model finds a token, by its logits as they are; null if nobody asked. */
    @Nullable TokenLogprobs logprobs(float[] logits, int id) {
        if (options.logprobs() == 0) {
            return null;
        }
        candidates.select(logits, Math.min(options.logprobs(), logits.length));
        double greatest = candidates.count() == 0 ? 0 : candidates.logit(0);
        double total = 0;
        for (float logit : logits) {
            double weight = logit == greatest ? 1 : Math.exp(logit - greatest);
            total += weight > 0 ? weight : 0;
        }
        double logTotal = Math.log(total);
        var likeliest = new ArrayList<Candidate>();
        for (int rank = 0; rank < candidates.count(); rank++) {
            likeliest.add(candidate(candidates.id(rank), candidates.logit(rank), greatest, logTotal));
        }
        return new TokenLogprobs(candidate(id, logits[id], greatest, logTotal), likeliest);
    }

    private static Candidate candidate(int id, float logit, double greatest, double logTotal) {
        double logprob = logit == greatest ? 0 - logTotal : logit - greatest - logTotal;
        return new Candidate(id, logprob > Double.NEGATIVE_INFINITY ? logprob : Double.NEGATIVE_INFINITY);
    }
}
