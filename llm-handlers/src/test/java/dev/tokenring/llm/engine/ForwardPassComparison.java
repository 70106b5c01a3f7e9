package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Measures the forward pass beside the ways it could have been done, on one model in one run: the cache written in place,
 * or grown by concatenation and handed back; one native call a step, or one an operation. Not a test, so it runs only when
 * it is named; {@code docs/decisions} says how. The model has GPT-2's layout with the activation {@code gelu}.
 *
 * <pre>
 *   prompt (64 tokens) ──► [ prefill: one step ] ──► [ step ] ──► [ step ] … 64 times, likeliest token fed back
 * </pre>
 */
class ForwardPassComparison {
    private static final Path FOLDER =
            Path.of(System.getProperty("comparison.model", "../examples/models/house-dialogue"));
    private static final int PROMPT = Integer.getInteger("comparison.prompt", 64);
    private static final int STEPS = Integer.getInteger("comparison.steps", 64);
    private static final int ROUNDS = Integer.getInteger("comparison.rounds", 12);

    /** One way to compute a sequence. */
    private interface Contender extends AutoCloseable {
        float[] append(int... ids);

        @Override
        void close();
    }

    /** Wall time, and the time that the calling thread computed: with one thread of PyTorch's, all there is. */
    private record Measured(double prefillMs, double stepMs, double stepCpuMs, int[] chosen) {}

    private final Map<String, List<Measured>> runs = new LinkedHashMap<>();

    @Test
    void compare() throws Exception {
        ModelFolder opened = ModelFolder.open(FOLDER);
        Shapes shapes = Shapes.of(opened);
        try (SafeTensors weights = opened.openWeights()) {
            List<SafeTensors.Tensor> found = weights.findAll(opened.family().weights());
            try (TorchProgram inPlace = TorchProgram.load(opened.family(), weights, found, ModelOptions.DEFAULT);
                    Raw raw = Raw.load(weights, found)) {
                Model concatenating = concatenating(shapes, raw);
                System.out.printf(
                        "%s, %d threads, JDK %s, graph_optimizer %s; ms: prefill of %d, step, step's CPU%n",
                        FOLDER.getFileName(),
                        Integer.getInteger("ai.djl.pytorch.num_threads"),
                        Runtime.version().feature(),
                        System.getProperty("ai.djl.pytorch.graph_optimizer"),
                        PROMPT);
                for (int round = 0; round < ROUNDS; round++) {
                    Measured one = print("one call, in place", measure(inPlace(inPlace)));
                    Measured two = print("one call, concatenated", measure(new Concatenated(concatenating, shapes)));
                    Measured three = print("call an operation", measure(new Eager(raw, shapes)));
                    assertThat(two.chosen()).isEqualTo(one.chosen());
                    assertThat(three.chosen()).isEqualTo(one.chosen());
                }
                concatenating.close();
                runs.forEach(ForwardPassComparison::summarize);
                checkLogits(inPlace, new Eager(raw, shapes));
            }
        }
    }

    private Measured print(String name, Measured measured) {
        runs.computeIfAbsent(name, key -> new ArrayList<>()).add(measured);
        System.out.printf(
                "%-24s %8.2f %8.3f %8.3f%n", name, measured.prefillMs(), measured.stepMs(), measured.stepCpuMs());
        return measured;
    }

    /** The first rounds warm up. */
    private static void summarize(String name, List<Measured> measured) {
        List<Measured> warm = measured.subList(Math.min(3, measured.size() - 1), measured.size());
        double[] walls = warm.stream().mapToDouble(Measured::stepMs).sorted().toArray();
        double[] cpus = warm.stream().mapToDouble(Measured::stepCpuMs).sorted().toArray();
        double[] prefills =
                warm.stream().mapToDouble(Measured::prefillMs).sorted().toArray();
        System.out.printf(
                "%-24s least / median: prefill %.2f / %.2f ms, step %.3f / %.3f ms, step's CPU %.3f / %.3f ms%n",
                name,
                prefills[0],
                prefills[prefills.length / 2],
                walls[0],
                walls[walls.length / 2],
                cpus[0],
                cpus[cpus.length / 2]);
    }

    private static Measured measure(Contender contender) {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        try (contender) {
            int[] prompt = new int[PROMPT];
            Arrays.setAll(prompt, i -> 3 + 7 * i);
            int[] chosen = new int[STEPS];
            long begin = System.nanoTime();
            int next = likeliest(contender.append(prompt));
            long prefilled = System.nanoTime();
            long cpuBegin = thread.getCurrentThreadCpuTime();
            for (int step = 0; step < STEPS; step++) {
                chosen[step] = next;
                next = likeliest(contender.append(next));
            }
            double cpuMs = (thread.getCurrentThreadCpuTime() - cpuBegin) / 1e6;
            double stepsMs = (System.nanoTime() - prefilled) / 1e6;
            return new Measured((prefilled - begin) / 1e6, stepsMs / STEPS, cpuMs / STEPS, chosen);
        }
    }

    private static void checkLogits(TorchProgram inPlace, Contender eager) {
        try (TorchProgram.Sequence sequence = inPlace.newSequence();
                eager) {
            assertThat(sequence.append(5, 6, 7)).containsExactly(eager.append(5, 6, 7), within(1e-2f));
        }
    }

    private static int likeliest(float[] logits) {
        return new Sampler(dev.tokenring.llm.GenerationOptions.GREEDY).choose(logits);
    }

    private static Contender inPlace(TorchProgram program) {
        TorchProgram.Sequence sequence = program.newSequence();
        return new Contender() {
            @Override
            public float[] append(int... ids) {
                return sequence.append(ids);
            }

            @Override
            public void close() {
                sequence.close();
            }
        };
    }

    private record Shapes(int layers, int heads, int headSize) {
        static Shapes of(ModelFolder folder) {
            var family = folder.family();
            return new Shapes(family.layers(), family.cachedHeads(), family.headSize());
        }

        int width() {
            return heads * headSize;
        }
    }

    /** The weights as float32 arrays, in the family's order. */
    private record Raw(NDManager manager, List<NDArray> w) implements AutoCloseable {
        static Raw load(SafeTensors weights, List<SafeTensors.Tensor> found) {
            NDManager manager = NDManager.newBaseManager("PyTorch");
            var arrays = new ArrayList<NDArray>();
            for (SafeTensors.Tensor tensor : found) {
                DataType type = tensor.format() == SafeTensors.Format.F16 ? DataType.FLOAT16 : DataType.FLOAT32;
                long[] shape =
                        tensor.shape().stream().mapToLong(Long::longValue).toArray();
                try (NDArray stored =
                        manager.create(weights.map(tensor, 0, (int) tensor.size()), new Shape(shape), type)) {
                    arrays.add(type == DataType.FLOAT16 ? stored.toType(DataType.FLOAT32, false) : stored.duplicate());
                }
            }
            return new Raw(manager, arrays);
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    private static final String CONCATENATING = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              w : List[Tensor]
              def load(self: __torch__.Program, w: List[Tensor]) -> Tensor:
                self.w = w
                return w[0]
              def forward(self: __torch__.Program, ids: Tensor, start: Tensor, c: List[Tensor]) -> List[Tensor]:
                w = self.w
                n = torch.size(ids, 0)
                p = int(start)
                out = annotate(List[Tensor], [])
                x = torch.add(torch.embedding(w[0], ids), torch.narrow(w[1], 0, p, n))
                mask = torch.tril(torch.ones([n, torch.add(p, n)], dtype=11), p)
            """;

    private static Model concatenating(Shapes shapes, Raw raw) throws Exception {
        var code = new StringBuilder(CONCATENATING);
        for (int layer = 0; layer < shapes.layers(); layer++) {
            code.append(layerCode(shapes, layer));
        }
        code.append("""
                    last = torch.layer_norm(torch.narrow(x, 0, torch.sub(n, 1), 1), [WIDTH], w[2], w[3], 1.0E-5)
                    _0 = torch.append(out, torch.linear(last, w[4]))
                    return out
                """.replace("WIDTH", String.valueOf(shapes.width())));
        Model model = Model.newInstance("concatenating", "PyTorch");
        model.load(new ByteArrayInputStream(TorchArchive.of(code.toString())));
        Files.deleteIfExists(model.getModelPath());
        try (NDManager scratch = model.getNDManager().newSubManager()) {
            var inputs = new NDList(named(scratch.create(0L), "module_method:load"));
            raw.w().forEach(weight -> inputs.add(named(weight, "w[]")));
            model.getBlock().forward(new ParameterStore(scratch, false), inputs, false);
        }
        return model;
    }

    private static String layerCode(Shapes shapes, int layer) {
        String code = """
                    a = torch.layer_norm(x, [WIDTH], w[0], w[1], 1.0E-5)
                    qkv = torch.view(torch.addmm(w[3], a, w[2]), [n, 3, HEADS, SIZE])
                    qkv = torch.permute(qkv, [1, 2, 0, 3])
                    k = torch.cat([c[KEYS], torch.select(qkv, 0, 1)], 1)
                    v = torch.cat([c[VALUES], torch.select(qkv, 0, 2)], 1)
                    _1 = torch.append(out, k)
                    _2 = torch.append(out, v)
                    a = torch.scaled_dot_product_attention(torch.unsqueeze(torch.select(qkv, 0, 0), 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), mask, 0., False)
                    a = torch.reshape(torch.transpose(torch.squeeze(a, 0), 0, 1), [n, WIDTH])
                    x = torch.add(x, torch.addmm(w[5], a, w[4]))
                    a = torch.layer_norm(x, [WIDTH], w[6], w[7], 1.0E-5)
                    a = torch.gelu(torch.addmm(w[9], a, w[8]))
                    x = torch.add(x, torch.addmm(w[11], a, w[10]))
                """;
        for (int i = 11; i >= 0; i--) {
            code = code.replace("w[" + i + "]", "w[#" + (5 + 12 * layer + i) + "]");
        }
        return code.replace("#", "")
                .replace("WIDTH", String.valueOf(shapes.width()))
                .replace("HEADS", String.valueOf(shapes.heads()))
                .replace("SIZE", String.valueOf(shapes.headSize()))
                .replace("KEYS", String.valueOf(2 * layer))
                .replace("VALUES", String.valueOf(2 * layer + 1));
    }

    private static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    private static long[] wide(int... ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    /** Each step gives keys and values one token longer, which the next one takes. */
    private static final class Concatenated implements Contender {
        private final Model model;
        private final NDManager own;
        private final ParameterStore noParameters;
        private NDList cache = new NDList();
        private int length;

        Concatenated(Model model, Shapes shapes) {
            this.model = model;
            this.own = model.getNDManager().newSubManager();
            this.noParameters = new ParameterStore(own, false);
            for (int i = 0; i < 2 * shapes.layers(); i++) {
                cache.add(named(own.create(new Shape(shapes.heads(), 0, shapes.headSize()), DataType.FLOAT32), "c[]"));
            }
        }

        @Override
        public float[] append(int... ids) {
            try (NDManager step = own.newSubManager()) {
                var inputs = new NDList(step.create(wide(ids)), step.create((long) length));
                inputs.addAll(cache);
                NDList outputs = model.getBlock().forward(noParameters, inputs, false);
                NDArray logits = outputs.remove(outputs.size() - 1);
                logits.attach(step);
                outputs.attach(own);
                outputs.forEach(array -> array.setName("c[]"));
                cache.close();
                cache = outputs;
                length += ids.length;
                return logits.toFloatArray();
            }
        }

        @Override
        public void close() {
            own.close();
        }
    }

    /** The same operations, each called from Java. */
    private static final class Eager implements Contender {
        private final List<NDArray> w;
        private final Shapes shapes;
        private final NDManager own;
        private final List<NDArray> keys = new ArrayList<>();
        private final List<NDArray> values = new ArrayList<>();
        private int length;

        Eager(Raw raw, Shapes shapes) {
            this.w = raw.w();
            this.shapes = shapes;
            this.own = raw.manager().newSubManager();
        }

        @Override
        public float[] append(int... ids) {
            try (NDManager step = own.newSubManager()) {
                step.tempAttachAll(new NDList(w));
                int n = ids.length;
                NDArray x = weight(0).get(step.create(wide(ids))).add(weight(1).get(length + ":" + (length + n)));
                NDArray mask = n == 1 ? null : mask(step, n);
                for (int layer = 0; layer < shapes.layers(); layer++) {
                    x = layer(x, layer, n, mask);
                }
                length += n;
                NDArray last = norm(x.get((n - 1) + ":"), 2);
                return last.matMul(weight(4).transpose()).toFloatArray();
            }
        }

        private NDArray weight(int index) {
            return w.get(index);
        }

        private NDArray mask(NDManager step, int n) {
            float[] mask = new float[n * (length + n)];
            for (int row = 0; row < n; row++) {
                Arrays.fill(mask, row * (length + n) + length + row + 1, (row + 1) * (length + n), -1e30f);
            }
            return step.create(mask, new Shape(n, length + n));
        }

        private NDArray layer(NDArray in, int layer, int n, NDArray mask) {
            int first = 5 + 12 * layer;
            NDArray qkv = norm(in, first)
                    .matMul(weight(first + 2))
                    .add(weight(first + 3))
                    .reshape(n, 3, shapes.heads(), shapes.headSize())
                    .transpose(1, 2, 0, 3);
            NDArray k = grown(keys, layer, qkv.get(1));
            NDArray v = grown(values, layer, qkv.get(2));
            NDArray scores = qkv.get(0).matMul(k.transpose(0, 2, 1)).mul(1 / Math.sqrt(shapes.headSize()));
            NDArray attended = (mask == null ? scores : scores.add(mask))
                    .softmax(-1)
                    .matMul(v)
                    .transpose(1, 0, 2)
                    .reshape(n, shapes.width());
            NDArray x = in.add(attended.matMul(weight(first + 4)).add(weight(first + 5)));
            NDArray inner = norm(x, first + 6).matMul(weight(first + 8)).add(weight(first + 9));
            NDArray activated = ai.djl.nn.Activation.gelu(new NDList(inner)).singletonOrThrow();
            return x.add(activated.matMul(weight(first + 10)).add(weight(first + 11)));
        }

        private NDArray grown(List<NDArray> cache, int layer, NDArray more) {
            NDArray grown;
            if (layer == cache.size()) {
                grown = more.duplicate();
                cache.add(grown);
            } else {
                NDArray before = cache.get(layer);
                grown = before.concat(more, 1);
                before.close();
                cache.set(layer, grown);
            }
            grown.attach(own);
            return grown;
        }

        private NDArray norm(NDArray x, int index) {
            return ai.djl.nn.norm.LayerNorm.layerNorm(
                            x, new Shape(shapes.width()), weight(index), weight(index + 1), 1e-5f)
                    .singletonOrThrow();
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
