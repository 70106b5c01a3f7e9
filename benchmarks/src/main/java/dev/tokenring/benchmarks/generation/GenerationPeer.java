package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.engine.BareLoop;
import org.jspecify.annotations.Nullable;

/** Who generates. */
public enum GenerationPeer {
    /** The bus: a service that streams, with this project's engine behind it. */
    TOKENRING,

    /** The same forward passes in a loop that does nothing else: no bus, no thread, no scheduler, no text, no stream. */
    BARE_LOOP;

    /**
     * What it lacks in this JVM, to be read after "needs".
     *
     * @return null if it can be run
     */
    public @Nullable String missing() {
        return null;
    }

    /**
     * Opens it, with a model.
     *
     * @param model which
     * @param precision with which numbers it computes, or the nearest that it knows
     * @param callers how many will ask at the same time
     * @return the generator, ready
     */
    public Generator open(GenerationModel model, GenerationPrecision precision, int callers) {
        ModelOptions options = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision.precision());
        return switch (this) {
            case TOKENRING -> new TokenringGenerator(model.folder(), options);
            case BARE_LOOP -> new BareLoopGenerator(BareLoop.load(model.folder(), options));
        };
    }
}
