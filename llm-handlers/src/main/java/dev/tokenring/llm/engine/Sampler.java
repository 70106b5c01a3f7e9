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
 * <p>The choice depends on the logits, the options and the tokens accepted so far, and on nothing else: chance comes from the
 * seed and the position in the text. So a sequence that was dropped goes on as before with a new sampler that has accepted
 * the same tokens. Logits that differ by rounding seldom change it: see {@link TokenRace}.
 *
 * <p>A logit that is no number, as a damaged model may give, counts as impossible; an infinite one as certain. Where
 * everything is impossible, the first token is taken that the constraint allows.
 */
final class Sampler {
    private final GenerationOptions options;
    private final @Nullable Guide guide;
    private final LogitEdits edits;
    private final TopCandidates candidates = new TopCandidates();
    private final TokenRace race = new TokenRace();
    private final long seed;
    private @Nullable Nucleus nucleus;
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
        float greatest = race.greatest(logits);
        if (greatest == Float.NEGATIVE_INFINITY) {
            return -1;
        }
        var weights = new TokenWeights(greatest, options.temperature());
        return race.winner(logits, weights, cut(logits, weights), seed, accepted);
    }

    private Cut cut(float[] logits, TokenWeights weights) {
        Cut cut = Cut.NONE;
        if (options.topK() > 0 && options.topK() < logits.length) {
            cut = cutOfTopK(logits, weights);
        } else if (options.topP() < 1) {
            nucleus = nucleus == null ? new Nucleus() : nucleus;
            cut = nucleus.cut(logits, weights, options.topP());
        }
        return options.minP() == 0 ? cut : cut.and(weights.cut(options.minP()));
    }

    private Cut cutOfTopK(float[] logits, TokenWeights weights) {
        candidates.select(logits, options.topK());
        int last = options.topP() == 1 ? candidates.count() - 1 : lastOfTopP(weights);
        return new Cut(candidates.logit(last), candidates.id(last));
    }

    /** Which of the candidates is the last that it takes to have top-p of what they weigh together. */
    private int lastOfTopP(TokenWeights weights) {
        double total = 0;
        for (int rank = 0; rank < candidates.count(); rank++) {
            total += weights.of(candidates.logit(rank));
        }
        double missing = options.topP() * total;
        int last = 0;
        while (last < candidates.count() - 1 && (missing -= weights.of(candidates.logit(last))) > 0) {
            last++;
        }
        return last;
    }

    /** How likely the model finds a token, by its logits as they are; null if nobody asked. */
    @Nullable TokenLogprobs logprobs(float[] logits, int id) {
        if (options.logprobs() == 0) {
            return null;
        }
        candidates.select(logits, Math.min(options.logprobs(), logits.length));
        float greatest = candidates.count() == 0 ? 0 : candidates.logit(0);
        double logTotal = Math.log(new TokenWeights(greatest, 1).total(logits));
        var likeliest = new ArrayList<Candidate>();
        for (int rank = 0; rank < candidates.count(); rank++) {
            likeliest.add(candidate(candidates.id(rank), candidates.logit(rank), greatest, logTotal));
        }
        return new TokenLogprobs(candidate(id, logits[id], greatest, logTotal), likeliest);
    }

    private static Candidate candidate(int id, float logit, float greatest, double logTotal) {
        double logprob = logit == greatest ? 0 - logTotal : logit - greatest - logTotal;
        return new Candidate(id, logprob > Double.NEGATIVE_INFINITY ? logprob : Double.NEGATIVE_INFINITY);
    }
}
