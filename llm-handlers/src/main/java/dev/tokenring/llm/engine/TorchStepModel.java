package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.model.ModelFamily;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A model's forward pass as one TorchScript program that holds the weights, so that a step of many sequences is one native
 * call into which only token ids and caches go. For one thread at a time.
 */
public final class TorchStepModel implements StepModel {
    private final ModelFamily family;
    private final TorchModule module;
    private final CacheStore caches;
    private final String computes;

    private TorchStepModel(ModelFamily family, TorchModule module, Arithmetic arithmetic) {
        this.family = family;
        this.module = module;
        String precision = arithmetic.name().substring(arithmetic.name().lastIndexOf('_') + 1);
        this.computes = precision + " on " + module.manager().getDevice();
        this.caches = new CacheStore(module, family, arithmetic.cached());
    }

    /** Checks that a folder has the weights that its family needs, which takes no memory. */
    public static void check(ModelFolder folder, SafeTensors weights) {
        weights.findAll(ProgramWriter.write(folder.family(), Arithmetic.FP32).specs());
    }

    /** Brings PyTorch up and loads a family's weights. */
    public static TorchStepModel load(ModelFamily family, SafeTensors weights, ModelOptions options) {
        Engine engine = Torch.engine(options.threads());
        Device device = Torch.device(engine, options);
        return load(family, weights, Arithmetic.of(options.precision(), device), device);
    }

    static TorchStepModel load(ModelFamily family, SafeTensors weights, Arithmetic arithmetic, Device device) {
        Program program = ProgramWriter.write(family, arithmetic);
        weights.findAll(program.specs());
        TorchModule module = TorchModule.load(program.code(), device, weights.file());
        try {
            program.weights().forEach(new WeightLoader(module, arithmetic, weights)::load);
            return new TorchStepModel(family, module, arithmetic);
        } catch (EngineException e) {
            free(module);
            throw arithmetic == Arithmetic.INT8
                    ? ModelLoadException.because(
                            "precision is INT8, with which this build of PyTorch can't load " + weights.file(),
                            e,
                            "choose BF16 or FP32")
                    : TorchModule.refused(weights.file(), e);
        } catch (RuntimeException | Error e) {
            free(module);
            throw e;
        }
    }

    @Override
    public int vocabularySize() {
        return family.vocabularySize();
    }

    @Override
    public int contextLength() {
        return family.contextLength();
    }

    @Override
    public long cacheBytesPerToken() {
        return caches.bytesPerToken();
    }

    @Override
    public long memoryForCaches() {
        return DeviceMemory.forCaches(module.manager().getDevice());
    }

    @Override
    public int cacheCapacity(int tokens) {
        return caches.capacityFor(tokens);
    }

    @Override
    public KvCache newCache(int capacityTokens) {
        return caches.newCache(capacityTokens);
    }

    /** The logits after a prompt alone. */
    float[] logits(int[] prompt) {
        try (KvCache cache = newCache(prompt.length)) {
            var chunk = new Chunk(cache, prompt, Chunk.Wanted.LAST);
            step(List.of(chunk));
            return chunk.logits();
        }
    }

    /** How many arrays it holds. */
    int arrays() {
        return module.manager().getManagedArrays().size();
    }

    @Override
    public void step(List<Chunk> chunks) {
        chunks.forEach(chunk -> chunk.cache().ensureCapacity(chunk.cache().length() + chunk.ids().length));
        var plan = new StepPlan(chunks);
        try (NDManager scope = module.manager().newSubManager()) {
            var inputs = new NDList(
                    scope.create(plan.tokens(), new Shape(2, plan.rows())),
                    scope.create(plan.scored()),
                    scope.create(plan.chosen()),
                    scope.newSubManager(Device.cpu()).create(plan.table(), new Shape(plan.runs(), StepPlan.ENTRIES)));
            plan.slabs().forEach(slab -> inputs.add(slab.array()));
            NDList outputs = module.forward(scope, inputs);
            if (plan.scored().length > 0) {
                score(plan, outputs.get(0).toByteBuffer(true));
            }
            if (plan.chosen().length > 0) {
                choose(plan, outputs.get(1).toLongArray());
            }
        }
        chunks.forEach(chunk -> ((CacheStore.Cache) chunk.cache()).grow(chunk.ids().length));
    }

    private void score(StepPlan plan, ByteBuffer bytes) {
        FloatBuffer logits = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (Chunk chunk : plan.ordered()) {
            int rows =
                    switch (chunk.wanted()) {
                        case NONE, LIKELIEST -> 0;
                        case LAST -> 1;
                        case ALL -> chunk.ids().length;
                    };
            if (rows > 0) {
                float[] own = new float[rows * vocabularySize()];
                logits.get(own);
                chunk.answer(own);
            }
        }
    }

    private static void choose(StepPlan plan, long[] ids) {
        int at = 0;
        for (Chunk chunk : plan.ordered()) {
            if (chunk.wanted() == Chunk.Wanted.LIKELIEST) {
                chunk.answer((int) ids[at++]);
            }
        }
    }

    /** Frees the weights, and all caches, and gives their memory back. */
    @Override
    public void close() {
        free(module);
    }

    private static void free(TorchModule module) {
        module.close();
        NativeHeap.trim();
    }

    /** With which precision it computes where. */
    @Override
    public String toString() {
        return computes;
    }
}
