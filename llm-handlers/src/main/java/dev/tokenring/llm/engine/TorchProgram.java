package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.model.ModelFamily;
import dev.tokenring.llm.model.SafeTensors;
import dev.tokenring.llm.model.SafeTensors.Format;
import dev.tokenring.llm.model.SafeTensors.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's forward pass as one TorchScript program that holds the weights, so that a step is one native call into which
 * only token ids and the cache go. For one thread at a time.
 */
public final class TorchProgram implements AutoCloseable {
    private static final String HEAD = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              w : List[Tensor]
              def load(self: __torch__.Program, w: List[Tensor]) -> Tensor:
                self.w = w
                return w[0]
              def forward(self: __torch__.Program, ids: Tensor, start: Tensor, cache: Tensor) -> Tensor:
                w = self.w
                n = torch.size(ids, 0)
                p = int(start)
            """;

    private final ModelFamily family;
    private final Model model;
    private final NDManager manager;
    private final ParameterStore noParameters;

    private TorchProgram(ModelFamily family, Model model) {
        this.family = family;
        this.model = model;
        this.manager = model.getNDManager();
        this.noParameters = new ParameterStore(manager, false);
    }

    /** Brings PyTorch up and loads a family's weights, which were found in a file. */
    public static TorchProgram load(ModelFamily family, SafeTensors weights, List<Tensor> found, ModelOptions options) {
        Engine engine = Torch.engine(options.threads());
        Device device = Torch.device(engine, options);
        Model model = Model.newInstance("program", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(TorchArchive.of(HEAD + family.forwardPass())));
            // DJL makes an empty temporary folder for a model from a stream, and would keep it until the JVM ends.
            Files.deleteIfExists(model.getModelPath());
            var program = new TorchProgram(family, model);
            program.loadWeights(weights, found);
            return program;
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw ModelLoadException.because(
                    weights.file() + " can't be loaded into PyTorch", e, "see the cause, and report it");
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private void loadWeights(SafeTensors weights, List<Tensor> tensors) {
        try (NDManager scratch = manager.newSubManager()) {
            var inputs = new NDList();
            inputs.add(named(scratch.create(0L), "module_method:load"));
            for (Tensor tensor : tensors) {
                inputs.add(named(float32(scratch, weights, tensor), "w[]"));
            }
            model.getBlock().forward(noParameters, inputs, false);
        }
    }

    private static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    private static NDArray float32(NDManager scratch, SafeTensors weights, Tensor tensor) {
        NDArray stored = scratch.create(
                weights.map(tensor),
                new Shape(tensor.shape().stream().mapToLong(Long::longValue).toArray()),
                dataType(tensor.format()));
        // A copy in any case: PyTorch does not keep the mapping alive, and a file that changes can't hurt a copy. DJL's
        // toType does not copy where the type is the same already, whatever its second argument says.
        return tensor.format() == Format.F32 ? stored.duplicate() : stored.toType(DataType.FLOAT32, false);
    }

    private static DataType dataType(@Nullable Format format) {
        if (format == null) {
            throw new IllegalArgumentException("a weight without a format");
        }
        return switch (format) {
            case F32 -> DataType.FLOAT32;
            case F16 -> DataType.FLOAT16;
            case BF16 -> DataType.BFLOAT16;
        };
    }

    /** Opens the memory of one sequence. */
    public Sequence newSequence() {
        return new Sequence();
    }

    /** Frees the weights. */
    @Override
    public void close() {
        model.close();
    }

    /** One sequence of tokens: its keys and values, and how many tokens they stand for. Close it to free them. */
    public final class Sequence implements AutoCloseable {
        private final NDManager own = manager.newSubManager();
        private final NDArray cache = own.zeros(
                new Shape(family.layers(), 2, family.cachedHeads(), family.contextLength(), family.headSize()),
                DataType.FLOAT32);
        private int length;

        /** How many tokens the sequence has. */
        public int length() {
            return length;
        }

        /**
         * Appends tokens.
         *
         * @param ids the next tokens; at least one, and no more than the context has room for
         * @return the logits after the last of them, one for each token of the vocabulary
         */
        public float[] append(int... ids) {
            long[] wide = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
                wide[i] = ids[i];
            }
            try (NDManager step = own.newSubManager()) {
                NDList outputs = model.getBlock()
                        .forward(noParameters, new NDList(step.create(wide), step.create((long) length), cache), false);
                outputs.attach(step);
                length += ids.length;
                return outputs.singletonOrThrow().toFloatArray();
            }
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
