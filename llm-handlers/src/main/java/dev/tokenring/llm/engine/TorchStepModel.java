package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.model.ModelFamily;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import dev.tokenring.llm.model.SafeTensors.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/**
 * A model's forward pass as one TorchScript program that holds the weights, so that a step is one native call into which
 * only token ids and caches go. For one thread at a time.
 */
public final class TorchStepModel implements StepModel {
    private static final int SLICE_SIZE = 1 << 22;

    private static final String HEAD = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              w : List[Tensor]
              def fill(self: __torch__.Program, place: Tensor, slice: Tensor, at: Tensor) -> Tensor:
                return torch.copy_(torch.narrow(place, 0, int(at), torch.size(slice, 0)), slice)
              def add(self: __torch__.Program, weight: Tensor) -> Tensor:
                _0 = torch.append(self.w, weight)
                return weight
              def rotate(self: __torch__.Program, x: Tensor, size: int, half: int, cos: Tensor, sin: Tensor) -> Tensor:
                heads = torch.reshape(x, [torch.size(x, 0), -1, size])
                a = torch.narrow(heads, 2, 0, half)
                b = torch.narrow(heads, 2, half, half)
                turned = [torch.sub(torch.mul(a, cos), torch.mul(b, sin)), torch.add(torch.mul(b, cos), torch.mul(a, sin))]
                if torch.gt(size, torch.mul(half, 2)):
                  _0 = torch.append(turned, torch.narrow(heads, 2, torch.mul(half, 2), torch.sub(size, torch.mul(half, 2))))
                return torch.reshape(torch.cat(turned, 2), [torch.size(x, 0), -1])
              def masks(self: __torch__.Program, starts: List[int], sizes: List[int], window: int, groups: int, device: Device) -> List[Optional[Tensor]]:
                out = annotate(List[Optional[Tensor]], [])
                for i in range(torch.len(sizes)):
                  start = starts[i]
                  end = torch.add(start, sizes[i])
                  if torch.eq(sizes[i], 1):
                    mask = annotate(Optional[Tensor], None)
                  else:
                    row = torch.unsqueeze(torch.arange(start, end, dtype=4, device=device), 1)
                    column = torch.arange(ops.prim.max(0, torch.sub(torch.add(start, 1), window)), end, dtype=4, device=device)
                    seen = torch.__and__(torch.le(column, row), torch.gt(column, torch.sub(row, window)))
                    mask = annotate(Optional[Tensor], torch.repeat(seen, [groups, 1]))
                  _0 = torch.append(out, mask)
                return out
              def attend(self: __torch__.Program, layer: int, q: Tensor, k: Tensor, v: Tensor, shape: List[int], scale: float, window: int, starts: List[int], sizes: List[int], masks: List[Optional[Tensor]], c: List[Tensor]) -> Tensor:
                out = annotate(List[Tensor], [])
                q = torch.reshape(q, shape)
                k = torch.reshape(k, [-1, shape[1], shape[3]])
                v = torch.reshape(v, [-1, shape[1], shape[3]])
                at = 0
                for i in range(torch.len(c)):
                  n = sizes[i]
                  start = starts[i]
                  keys = torch.select(c[i], 0, torch.mul(layer, 2))
                  values = torch.select(c[i], 0, torch.add(torch.mul(layer, 2), 1))
                  _0 = torch.copy_(torch.narrow(keys, 1, start, n), torch.transpose(torch.narrow(k, 0, at, n), 0, 1))
                  _1 = torch.copy_(torch.narrow(values, 1, start, n), torch.transpose(torch.narrow(v, 0, at, n), 0, 1))
                  begin = ops.prim.max(0, torch.sub(torch.add(start, 1), window))
                  seen = torch.sub(torch.add(start, n), begin)
                  query = torch.reshape(torch.permute(torch.narrow(q, 0, at, n), [1, 2, 0, 3]), [1, shape[1], torch.mul(shape[2], n), shape[3]])
                  keys = torch.unsqueeze(torch.narrow(keys, 1, begin, seen), 0)
                  values = torch.unsqueeze(torch.narrow(values, 1, begin, seen), 0)
                  a = torch.scaled_dot_product_attention(query, keys, values, masks[i], 0., False, scale=scale)
                  a = torch.permute(torch.view(a, [shape[1], shape[2], n, shape[3]]), [2, 0, 1, 3])
                  _2 = torch.append(out, torch.reshape(a, [n, -1]))
                  at = torch.add(at, n)
                return torch.cat(out)
              def forward(self: __torch__.Program, tokens: Tensor, rows: Tensor, spans: Tensor, c: List[Tensor]) -> Tensor:
                w = self.w
                ids = torch.select(tokens, 0, 0)
                positions = torch.select(tokens, 0, 1)
                starts = annotate(List[int], [])
                sizes = annotate(List[int], [])
                for i in range(torch.len(c)):
                  _0 = torch.append(starts, int(torch.select(torch.select(spans, 0, 0), 0, i)))
                  _1 = torch.append(sizes, int(torch.select(torch.select(spans, 0, 1), 0, i)))
            """;

    private final ModelFamily family;
    private final Model model;
    private final NDManager manager;
    private final ParameterStore noParameters;

    private TorchStepModel(ModelFamily family, Model model) {
        this.family = family;
        this.model = model;
        this.manager = model.getNDManager();
        this.noParameters = new ParameterStore(manager, false);
    }

    /** Checks that a folder has the weights that its family needs, which takes no memory. */
    public static void check(ModelFolder folder, SafeTensors weights) {
        weights.findAll(ProgramWriter.write(folder.family()).specs());
    }

    /** Brings PyTorch up and loads a family's weights. */
    public static TorchStepModel load(ModelFamily family, SafeTensors weights, ModelOptions options) {
        ProgramWriter.Program program = ProgramWriter.write(family);
        weights.findAll(program.specs());
        Engine engine = Torch.engine(options.threads());
        Device device = Torch.device(engine, options);
        Model model = Model.newInstance("program", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(TorchArchive.of(HEAD + program.body())));
            // DJL makes an empty temporary folder for a model from a stream, and would keep it until the JVM ends.
            Files.deleteIfExists(model.getModelPath());
            var stepModel = new TorchStepModel(family, model);
            program.weights().forEach(weight -> stepModel.load(weight, weights));
            return stepModel;
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
    private void load(StoredWeight weight, SafeTensors weights) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray stored = scratch.create(new Shape(weight.shape()), DataType.FLOAT32);
            long row = 0;
            for (StoredWeight.Part part : weight.parts()) {
                try (NDManager views = scratch.newSubManager()) {
                    NDArray place = stored.get(views, new NDIndex(row + ":" + (row + part.rows())));
                    load(
                            part.transposed() ? place.transpose() : place,
                            weights,
                            weights.findAll(List.of(part.weight())).get(0));
                }
                row += part.rows();
            }
            call(scratch, "add", stored);
        }
    }

    private void load(NDArray place, SafeTensors weights, Tensor tensor) {
        long rowSize = tensor.size() / tensor.shape().get(0);
        long rows = tensor.shape().get(0);
        long sliceRows = Math.max(1, SLICE_SIZE / rowSize);
        for (long row = 0; row < rows; row += sliceRows) {
            try (NDManager step = manager.newSubManager()) {
                long[] shape =
                        tensor.shape().stream().mapToLong(Long::longValue).toArray();
                shape[0] = Math.min(sliceRows, rows - row);
                NDArray slice = slice(step, weights, tensor, row * rowSize, (int) (shape[0] * rowSize));
                call(step, "fill", place, slice.reshape(shape), step.create(row));
            }
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
        return 2L * family.layers() * family.cachedHeads() * family.headSize() * Float.BYTES;
    }

    @Override
    public KvCache newCache(int capacityTokens) {
        return new Cache(capacityTokens);
    }

    /** The logits after a prompt alone. */
    public float[] logits(int[] prompt) {
        try (KvCache cache = newCache(prompt.length)) {
            var chunk = new Chunk(cache, prompt, Chunk.Wanted.LAST);
            step(List.of(chunk));
            return chunk.logits();
        }
    }

    /** The natural logarithms of the probabilities of all tokens but the first, each after those before it. */
    public double[] score(int[] ids) {
        return Scorer.score(this, ids);
    }

    @Override
    public void step(List<Chunk> chunks) {
        int tokens = chunks.stream().mapToInt(chunk -> chunk.ids().length).sum();
        long[] idsAndPositions = new long[2 * tokens];
        long[] spans = new long[2 * chunks.size()];
        long[] rows = new long[tokens];
        int at = 0;
        int wanted = 0;
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            int length = chunk.cache().length();
            int size = chunk.ids().length;
            chunk.cache().ensureCapacity(length + size);
            spans[i] = length;
            spans[chunks.size() + i] = size;
            for (int j = 0; j < size; j++) {
                idsAndPositions[at + j] = chunk.ids()[j];
                idsAndPositions[tokens + at + j] = (long) length + j;
                if (chunk.wanted() == Chunk.Wanted.ALL || (chunk.wanted() == Chunk.Wanted.LAST && j == size - 1)) {
                    rows[wanted++] = (long) at + j;
                }
            }
            at += size;
        }
        try (NDManager step = manager.newSubManager()) {
            NDManager onCpu = step.newSubManager(Device.cpu());
            var inputs = new NDList(
                    step.create(idsAndPositions, new Shape(2, tokens)),
                    step.create(Arrays.copyOf(rows, wanted)),
                    onCpu.create(spans, new Shape(2, chunks.size())));
            chunks.forEach(chunk -> inputs.add(((Cache) chunk.cache()).array));
            NDList outputs = model.getBlock().forward(noParameters, inputs, false);
            outputs.attach(step);
            chunks.forEach(chunk -> ((Cache) chunk.cache()).length += chunk.ids().length);
            answer(
                    chunks,
                    wanted == 0 ? new float[0] : outputs.singletonOrThrow().toFloatArray());
        }
    }

    private void answer(List<Chunk> chunks, float[] logits) {
        int at = 0;
        for (Chunk chunk : chunks) {
            int size = vocabularySize()
                    * switch (chunk.wanted()) {
                        case NONE -> 0;
                        case LAST -> 1;
                        case ALL -> chunk.ids().length;
                    };
            if (size > 0) {
                chunk.answer(size == logits.length ? logits : Arrays.copyOfRange(logits, at, at + size));
            }
            at += size;
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        model.close();
    }

    /** An array of its own, which grows by being copied. */
    private final class Cache implements KvCache {
        private NDArray array;
        private int length;

        Cache(int capacityTokens) {
            array = allocate(capacityTokens);
        }

        private NDArray allocate(int capacityTokens) {
            NDArray allocated = manager.zeros(
                    new Shape(2L * family.layers(), family.cachedHeads(), capacityTokens, family.headSize()),
                    DataType.FLOAT32);
            allocated.setName("c[]");
            return allocated;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int capacity() {
            return (int) array.getShape().get(2);
        }

        @Override
        public void ensureCapacity(int tokens) {
            if (tokens > capacity()) {
                NDArray before = array;
                array = copied(length, Math.max(tokens, Math.min(2 * capacity(), contextLength())));
                before.close();
            }
        }

        private NDArray copied(int tokens, int capacityTokens) {
            NDArray copy = allocate(capacityTokens);
            if (tokens > 0) {
                copy.set(new NDIndex(":, :, :" + tokens), array.get(":, :, :" + tokens));
            }
            return copy;
        }

        @Override
        public KvCache copyOf(int tokens, int capacityTokens) {
            var copy = new Cache(0);
            copy.array.close();
            copy.array = copied(tokens, capacityTokens);
            copy.length = tokens;
            return copy;
        }

        @Override
        public void truncate(int tokens) {
            length = tokens;
        }

        @Override
        public void close() {
            array.close();
        }
    }
}
