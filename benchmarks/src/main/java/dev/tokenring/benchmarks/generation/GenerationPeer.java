package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.engine.BareLoop;

/** Who generates. */
public enum GenerationPeer {
    /** The bus: a service that streams, with this project's engine behind it. */
    TOKENRING,

    /** The same forward passes in a loop that does nothing else: no bus, no thread, no scheduler, no text, no stream. */
    BARE_LOOP;

    /**
     * Opens it, with a model.
     *
     * @param model which
     * @param precision with which numbers it computes
     * @return the generator, ready
     */
    public Generator open(GenerationModel model, GenerationPrecision precision) {
        ModelOptions options = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision.precision());
        return switch (this) {
            case TOKENRING -> new TokenringGenerator(model.folder(), options);
            case BARE_LOOP -> new BareLoopGenerator(BareLoop.load(model.folder(), options));
        };
    }
}
