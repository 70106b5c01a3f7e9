package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.engine.BareLoop;
import org.jspecify.annotations.Nullable;

/** Who generates. */
public enum GenerationPeer {
    /** The bus: a service that streams, with this project's engine behind it. */
    TOKENRING,

    /** The same with chance in it: temperature 0.8, and of the likeliest tokens those that have 0.95 together. */
    TOKENRING_SAMPLED,

    /** The same forward passes in a loop that does nothing else: no bus, no thread, no scheduler, no text, no stream. */
    BARE_LOOP,

    /** llama.cpp through its Java binding. Its numbers of 16 bits are F16, and those of 8 Q8_0. */
    LLAMA_CPP,

    /** Jlama, always in fp32. */
    JLAMA;

    /**
     * What it lacks in this JVM, to be read after "needs".
     *
     * @return null if it can be run
     */
    public @Nullable String missing() {
        return switch (this) {
            case TOKENRING, TOKENRING_SAMPLED, BARE_LOOP -> null;
            case LLAMA_CPP -> LlamaCppGenerator.missing();
            case JLAMA -> JlamaGenerator.missing();
        };
    }

    /**
     * Opens it, with a model.
     *
     * @param model which; the programs of others take the Llama only
     * @param precision with which numbers it computes, or the nearest that it knows
     * @param callers how many will ask at the same time
     * @return the generator, ready
     * @throws IllegalArgumentException if it does not take the model
     * @throws IllegalStateException if something is {@linkplain #missing missing}
     */
    public Generator open(GenerationModel model, GenerationPrecision precision, int callers) {
        ModelOptions options = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision.precision());
        return switch (this) {
            case TOKENRING -> new TokenringGenerator(model.folder(), options, GenerationOptions.GREEDY);
            case TOKENRING_SAMPLED ->
                new TokenringGenerator(
                        model.folder(),
                        options,
                        GenerationOptions.GREEDY.withTemperature(0.8).withTopP(0.95));
            case BARE_LOOP -> new BareLoopGenerator(BareLoop.load(model.folder(), options));
            case LLAMA_CPP -> LlamaCppGenerator.open(llama(model), GgufType.like(options.precision()), callers);
            case JLAMA -> JlamaGenerator.open(llama(model));
        };
    }

    private LlamaShape llama(GenerationModel model) {
        if (model.shape() instanceof LlamaShape shape) {
            return shape;
        }
        throw new IllegalArgumentException(
                "the model is " + model + ": " + this + " takes " + GenerationModel.LLAMA_134M + " only");
    }
}
