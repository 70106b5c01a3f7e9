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
import dev.tokenring.llm.model.SafeTensors.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;

/**
 * A model's forward pass as one TorchScript program that holds the weights, so that a step is one native call into which
 * only token ids and the cache go. For one thread at a time.
 */
public final class TorchProgram implements AutoCloseable {
    private static final int SLICE_SIZE = 1 << 22;

    private static final String HEAD = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              w : List[Tensor]
              def fill(self: __torch__.Program, weight: Tensor, slice: Tensor, at: Tensor) -> Tensor:
                place = torch.narrow(torch.view(weight, [-1]), 0, int(at), torch.size(slice, 0))
                return torch.copy_(place, slice)
              def add(self: __torch__.Program, weight: Tensor) -> Tensor:
                _0 = torch.append(self.w, weight)
                return weight
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
            found.forEach(tensor -> program.load(weights, tensor));
            return program;
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new ModelLoadException(
                    weights.file() + " can't be loaded into PyTorch (" + reason(e)
                            + "): free some memory, or report this with its cause",
                    e);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** PyTorch's messages show the program and then, in a line that begins so, what is wrong with it. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> line.startsWith("RuntimeError"))
                .findFirst()
                .orElse("see the cause");
    }

    /**
     * Copies a weight, slice by slice, into memory of PyTorch's own, as float32. It must be a copy: PyTorch does not keep
     * a mapped file alive, and a file that changes can't hurt a copy.
     */
    private void load(SafeTensors weights, Tensor tensor) {
        try (NDManager scratch = manager.newSubManager()) {
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            NDArray weight = scratch.create(new Shape(shape), DataType.FLOAT32);
            long size = tensor.size();
            for (long at = 0; at < size; at += SLICE_SIZE) {
                try (NDManager step = scratch.newSubManager()) {
                    NDArray slice = slice(step, weights, tensor, at, (int) Math.min(SLICE_SIZE, size - at));
                    call(step, "fill", weight, slice, step.create(at));
                }
            }
            call(scratch, "add", weight);
        }
    }

    private static NDArray slice(NDManager step, SafeTensors weights, Tensor tensor, long at, int size) {
        ByteBuffer stored = weights.map(tensor, at, size);
        Shape shape = new Shape(size);
        return switch (tensor.format()) {
            case F32 -> step.create(stored, shape, DataType.FLOAT32);
            case F16 -> step.create(stored, shape, DataType.FLOAT16);
            case BF16 -> step.create(widened(stored, size), shape, DataType.FLOAT32);
        };
    }

    /** A bfloat16 is the upper half of a float32. DJL has no arrays of them: its native code ends the process there. */
    private static ByteBuffer widened(ByteBuffer stored, int size) {
        ByteBuffer wide = ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
            wide.putInt(i * Float.BYTES, stored.getShort(i * Short.BYTES) << Short.SIZE);
        }
        return wide;
    }

    private void call(NDManager step, String method, NDArray... arguments) {
        NDArray name = step.create(0L);
        name.setName("module_method:" + method);
        var inputs = new NDList(name);
        inputs.addAll(List.of(arguments));
        model.getBlock().forward(noParameters, inputs, false);
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
