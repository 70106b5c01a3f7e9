package dev.tokenring.llm.engine;

import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.model.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Generates for one sequence: one step for the whole prompt, then one a token. For one thread, once. */
public final class DecodeLoop {
    private final StepModel model;
    private final int contextLength;
    private final GenerationOptions options;
    private final Samplers samplers;
    private final TextAssembler text;
    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder whole = new StringBuilder();
    private int delivered;

    public DecodeLoop(TorchStepModel model, Tokenizer tokenizer, Samplers samplers, GenerationOptions options) {
        this.model = model;
        this.contextLength = model.contextLength();
        this.options = options;
        this.samplers = samplers;
        this.text = new TextAssembler(tokenizer, options.stopStrings());
    }

    /** Runs until something ends it; hands over the pieces as they come, and returns them as one. */
    public Generation run(int[] prompt, Consumer<Generation> pieces, BooleanSupplier cancelled) {
        Sampler sampler = samplers.open(options, 0, prompt, contextLength - prompt.length);
        try (KvCache cache = model.newCache(Math.min(2 * prompt.length, contextLength))) {
            return run(sampler, cache, prompt, pieces, cancelled);
        }
    }

    private Generation run(
            Sampler sampler, KvCache cache, int[] prompt, Consumer<Generation> pieces, BooleanSupplier cancelled) {
        text.after(prompt);
        FinishReason reason = cancelled.getAsBoolean() ? FinishReason.CANCELLED : null;
        if (reason == null && sampler.isComplete()) {
            reason = FinishReason.STOP;
        }
        float[] logits = reason == null ? step(cache, prompt) : new float[0];
        String sure = "";
        while (reason == null) {
            int id = sampler.choose(logits);
            sampler.accept(id);
            ids.add(id);
            boolean end = options.endTokens().contains(id);
            sure = end ? "" : text.add(id);
            reason = end || sampler.isComplete() ? FinishReason.STOP : reasonToStop(prompt, cancelled);
            if (reason == null) {
                if (!sure.isEmpty()) {
                    pieces.accept(next(prompt, sure, null));
                }
                logits = step(cache, id);
            }
        }
        pieces.accept(next(prompt, sure + text.finish(), reason));
        return new Generation(whole.toString(), ids, prompt.length, reason);
    }

    private float[] step(KvCache cache, int... ids) {
        var chunk = new Chunk(cache, ids, Chunk.Wanted.LAST);
        model.step(List.of(chunk));
        return chunk.logits();
    }

    private @Nullable FinishReason reasonToStop(int[] prompt, BooleanSupplier cancelled) {
        if (text.isStopped()) {
            return FinishReason.STOP;
        }
        if (ids.size() == options.maxTokens()) {
            return FinishReason.LENGTH;
        }
        if (prompt.length + ids.size() == contextLength) {
            return FinishReason.CONTEXT_FULL;
        }
        return cancelled.getAsBoolean() ? FinishReason.CANCELLED : null;
    }

    /** The piece that holds this text and the tokens since the piece before. */
    private Generation next(int[] prompt, String pieceText, @Nullable FinishReason reason) {
        whole.append(pieceText);
        var piece = new Generation(pieceText, ids.subList(delivered, ids.size()), prompt.length, reason);
        delivered = ids.size();
        return piece;
    }
}
