package dev.tokenring.llm.engine;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.OutputConstraint;
import dev.tokenring.llm.constraint.Grammar;
import dev.tokenring.llm.constraint.Guide;
import dev.tokenring.llm.constraint.KnownStates;
import dev.tokenring.llm.constraint.TokenConstraint;
import dev.tokenring.llm.model.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the samplers of one model, and keeps the constraints that were used last, ready for its vocabulary. Safe for use
 * by any thread.
 */
public final class Samplers {
    private static final int KEPT = 64;

    private final Tokenizer tokenizer;
    private final KnownStates known = new KnownStates();
    private final Map<Key, Prepared> constraints = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Prepared> eldest) {
            return size() > KEPT;
        }
    };

    private record Key(OutputConstraint constraint, Set<Integer> endTokens) {}

    public Samplers(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Makes a sampler for a sequence.
     *
     * @param sample which of the samples of one prompt, from 0
     * @param prompt counts for the penalty on repetition
     * @param context how many tokens there can be, the prompt included
     * @throws IllegalArgumentException if the constraint can't be met in the room and with the token limit
     */
    Sampler open(GenerationOptions options, int sample, int[] prompt, int context) {
        return new Sampler(options, sample, prompt, guide(options, prompt.length, context));
    }

    private @Nullable Guide guide(GenerationOptions options, int promptTokens, int context) {
        OutputConstraint constraint = options.constraint();
        return constraint == null
                ? null
                : new Guide(
                        prepared(new Key(constraint, options.endTokens())).get(),
                        options.maxTokens(),
                        promptTokens,
                        context);
    }

    private Prepared prepared(Key key) {
        synchronized (constraints) {
            return constraints.computeIfAbsent(key, Prepared::new);
        }
    }

    /** A constraint that is prepared once; who asks for another does not wait for it. */
    private final class Prepared {
        private final Key key;
        private @Nullable TokenConstraint constraint;

        Prepared(Key key) {
            this.key = key;
        }

        synchronized TokenConstraint get() {
            if (constraint == null) {
                String source = key.constraint.source();
                Grammar grammar =
                        switch (key.constraint.kind()) {
                            case REGEX -> Grammar.regex(source);
                            case JSON_SCHEMA -> Grammar.jsonSchema(source);
                        };
                constraint = new TokenConstraint(grammar, tokenizer.vocabulary(), key.endTokens, known);
            }
            return constraint;
        }
    }
}
