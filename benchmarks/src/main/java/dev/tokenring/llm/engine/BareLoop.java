package dev.tokenring.llm.engine;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.engine.Chunk.Wanted;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * The decode loop alone: what generation costs when all sequences begin and end together and nobody reads along. It stands
 * in the engine's package, though in another module, because steps are nobody else's business. For one thread.
 */
@NullMarked
public final class BareLoop implements AutoCloseable {
    private final StepModel model;
    private final List<KvCache> caches = new ArrayList<>();

    private BareLoop(StepModel model) {
        this.model = model;
    }

    /** Loads a model. */
    public static BareLoop load(Path folder, ModelOptions options) {
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights()) {
            return new BareLoop(TorchStepModel.load(opened.family(), weights, options));
        }
    }

    /** The likeliest tokens after each prompt: all prompts go through the model in one step, and then a token of each. */
    public List<int[]> generate(List<int[]> prompts, int newTokens) {
        List<int[]> answers = new ArrayList<>();
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            answers.add(new int[newTokens]);
            chunks.add(new Chunk(emptyCache(i, prompt.length + newTokens), prompt, Wanted.LIKELIEST));
        }
        for (int token = 0; token < newTokens; token++) {
            model.step(chunks);
            for (int i = 0; i < chunks.size(); i++) {
                int id = chunks.get(i).likeliest();
                answers.get(i)[token] = id;
                chunks.set(i, new Chunk(caches.get(i), new int[] {id}, Wanted.LIKELIEST));
            }
        }
        return answers;
    }

    private KvCache emptyCache(int place, int tokens) {
        if (place == caches.size()) {
            caches.add(model.newCache(tokens));
        }
        KvCache cache = caches.get(place);
        cache.truncate(0);
        cache.ensureCapacity(tokens);
        return cache;
    }

    /** Frees all native memory. */
    @Override
    public void close() {
        caches.forEach(KvCache::close);
        model.close();
    }
}
