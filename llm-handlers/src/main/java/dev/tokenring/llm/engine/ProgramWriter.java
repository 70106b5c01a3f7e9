package dev.tokenring.llm.engine;

import dev.tokenring.llm.model.Activation;
import dev.tokenring.llm.model.Attention;
import dev.tokenring.llm.model.ForwardPass;
import dev.tokenring.llm.model.Linear;
import dev.tokenring.llm.model.ModelFamily;
import dev.tokenring.llm.model.Rotary;
import dev.tokenring.llm.model.WeightSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a family says as the body of a TorchScript program, and notes which weights it needs. */
final class ProgramWriter implements ForwardPass<ProgramWriter.Value> {
    /** A variable of the program: a tensor with a row for each token, or for each that is wanted. */
    record Value(String name, int width) {}

    private final StringBuilder body = new StringBuilder();
    private final Arithmetic arithmetic;
    private final Map<StoredWeight, String> placeByWeight = new LinkedHashMap<>();
    private final Map<Rotary, String> turnByRotary = new LinkedHashMap<>();
    private final Map<String, String> masksByWindow = new LinkedHashMap<>();
    private final Map<Integer, String> readsByWindow = new LinkedHashMap<>();
    private final Map<String, Integer> sizeByList = new HashMap<>();
    private int variables;

    private ProgramWriter(Arithmetic arithmetic) {
        this.arithmetic = arithmetic;
    }

    static Program write(ModelFamily family, Arithmetic arithmetic) {
        var writer = new ProgramWriter(arithmetic);
        Value logits = family.forward(writer);
        writer.line("return self.answers(%s, torch.size(scored, 0))", logits.name());
        return Program.of(writer.body.toString(), List.copyOf(writer.placeByWeight.keySet()), arithmetic);
    }

    private Value let(int width, String expression, Object... arguments) {
        String name = "v" + variables++;
        line(name + " = " + expression, arguments);
        return new Value(name, width);
    }

    private void line(String format, Object... arguments) {
        body.append("    ")
                .append(String.format(Locale.ROOT, format, arguments))
                .append('\n');
    }

    private String weight(StoredWeight weight) {
        String known = placeByWeight.get(weight);
        if (known != null) {
            return known;
        }
        String list = isPacked(weight) ? arithmetic.packedList() : "w";
        String place = list + "[" + (sizeByList.merge(list, 1, Integer::sum) - 1) + "]";
        placeByWeight.put(weight, place);
        return place;
    }

    private boolean isPacked(StoredWeight weight) {
        return arithmetic.packs() && weight.use() == StoredWeight.Use.MATRIX;
    }

    private String weight(StoredWeight.Use use, WeightSpec weight) {
        return weight(StoredWeight.of(use, List.of(weight)));
    }

    private static int width(WeightSpec weight) {
        return weight.shape().get(weight.shape().size() - 1).intValue();
    }

    @Override
    public Value embedding(WeightSpec table) {
        return let(
                width(table),
                "torch.to(torch.embedding(%s, ids), %d)",
                weight(StoredWeight.Use.TABLE, table),
                arithmetic.activations().code());
    }

    @Override
    public Value positionEmbedding(WeightSpec table) {
        return let(
                width(table),
                "torch.to(torch.embedding(%s, positions), %d)",
                weight(StoredWeight.Use.TABLE, table),
                arithmetic.activations().code());
    }

    @Override
    public Value layerNorm(Value x, WeightSpec gain, @Nullable WeightSpec bias, double epsilon) {
        return let(
                x.width(),
                "torch.layer_norm(%s, [%d], %s, %s, %s)",
                x.name(),
                x.width(),
                weight(StoredWeight.Use.VECTOR, gain),
                bias == null ? "None" : weight(StoredWeight.Use.VECTOR, bias),
                epsilon);
    }

    @Override
    public Value rmsNorm(Value x, WeightSpec gain, double epsilon) {
        int width = width(gain);
        String norm = "torch.rms_norm(%s, [%d], %s, %s)";
        String of = weight(StoredWeight.Use.VECTOR, gain);
        return width == x.width()
                ? let(width, norm, x.name(), width, of, epsilon)
                : let(
                        x.width(),
                        "torch.reshape(" + norm + ", [-1, %d])",
                        "torch.reshape(" + x.name() + ", [-1, " + x.width() / width + ", " + width + "])",
                        width,
                        of,
                        epsilon,
                        x.width());
    }

    @Override
    public List<Value> linear(Value x, List<Linear> layers) {
        int out = layers.stream().mapToInt(Linear::out).sum();
        Value all = let(out, "%s", multiplied(x, layers));
        return layers.size() == 1
                ? List.of(all)
                : split(all, layers.stream().map(Linear::out).toList());
    }

    private String multiplied(Value x, List<Linear> layers) {
        StoredWeight matrix = StoredWeight.matrix(layers);
        String bias = bias(layers);
        if (!arithmetic.packs() && placeByWeight.containsKey(matrix.asTable())) {
            return tied(x, weight(matrix.asTable()), bias);
        }
        return bias.isEmpty()
                ? "self.product(" + x.name() + ", " + weight(matrix) + ")"
                : "self.linear(" + x.name() + ", " + weight(matrix) + ", " + bias + ")";
    }

    /** A table lies as [out, in]. */
    private String tied(Value x, String table, String bias) {
        String product = arithmetic.storesInOut()
                ? "torch.t(torch.mm(" + table + ", torch.t(" + x.name() + ")))"
                : "self.product(" + x.name() + ", " + table + ")";
        return bias.isEmpty() ? product : "torch.add(" + product + ", " + bias + ")";
    }

    /** The place of the bias; empty if there is none. */
    private String bias(List<Linear> layers) {
        var biases = new ArrayList<WeightSpec>();
        for (Linear layer : layers) {
            WeightSpec bias = layer.bias();
            if (bias != null) {
                biases.add(bias);
            }
        }
        if (!biases.isEmpty() && biases.size() < layers.size()) {
            throw new IllegalArgumentException("of layers that are computed together all have a bias, or none");
        }
        return biases.isEmpty() ? "" : weight(StoredWeight.of(StoredWeight.Use.VECTOR, biases));
    }

    @Override
    public List<Value> split(Value x, int parts) {
        return split(x, Collections.nCopies(parts, x.width() / parts));
    }

    private List<Value> split(Value x, List<Integer> widths) {
        var parts = new ArrayList<Value>();
        int at = 0;
        for (int width : widths) {
            parts.add(let(width, "torch.narrow(%s, 1, %d, %d)", x.name(), at, width));
            at += width;
        }
        return parts;
    }

    @Override
    public Value add(Value a, Value b) {
        return let(a.width(), "torch.add(%s, %s)", a.name(), b.name());
    }

    @Override
    public Value multiply(Value a, Value b) {
        return let(a.width(), "torch.mul(%s, %s)", a.name(), b.name());
    }

    @Override
    public Value activate(Value x, Activation function) {
        String expression =
                switch (function) {
                    case GELU -> "torch.gelu(%s)";
                    case GELU_BY_TANH -> "torch.gelu(%s, approximate=\"tanh\")";
                    case QUICK_GELU -> "torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, 1.702)))";
                    case RELU -> "torch.relu(%s)";
                    case SILU -> "torch.silu(%s)";
                    case TANH -> "torch.tanh(%s)";
                    case SIGMOID -> "torch.sigmoid(%s)";
                };
        return let(x.width(), expression, x.name());
    }

    @Override
    public Value rotate(Value heads, Rotary rotary) {
        String turn = turnByRotary.computeIfAbsent(rotary, this::turn);
        return let(
                heads.width(),
                "self.rotate(%s, %d, %d, %s_cos, %s_sin)",
                heads.name(),
                rotary.headSize(),
                rotary.frequencies().size(),
                turn,
                turn);
    }

    /** The angles depend on the positions alone, so a step computes them once; in float64, as far positions need it. */
    private String turn(Rotary rotary) {
        String name = "turn" + turnByRotary.size();
        String angles = "torch.mul(torch.unsqueeze(positions, 1), torch.tensor(" + rotary.frequencies()
                + ", dtype=7, device=ops.prim.device(positions)))";
        line("%s = %s", name, angles);
        for (String function : List.of("cos", "sin")) {
            line(
                    "%1$s_%2$s = torch.to(torch.unsqueeze(torch.mul(torch.%2$s(%1$s), %3$s), 1), %4$d)",
                    name, function, rotary.amplitude(), arithmetic.activations().code());
        }
        return name;
    }

    @Override
    public Value attend(int layer, Value queries, Value keys, Value values, Attention attention) {
        int groups = attention.heads() / attention.cachedHeads();
        String masks = masksByWindow.computeIfAbsent(attention.window() + " " + groups, key -> {
            String name = "masks" + masksByWindow.size();
            line("%s = self.masks(runs, %d, %d, positions)", name, attention.window(), groups);
            return name;
        });
        String reads = readsByWindow.computeIfAbsent(attention.window(), window -> {
            String name = "reads" + readsByWindow.size();
            line("%s = self.reads(runs, %d, c)", name, window);
            return name;
        });
        return let(
                attention.heads() * attention.headSize(),
                "self.attend(%d, %s, %s, %s, [-1, %d, %d, %d], %s, runs, positions, %s, writes, %s)",
                layer,
                queries.name(),
                keys.name(),
                values.name(),
                attention.cachedHeads(),
                groups,
                attention.headSize(),
                attention.scale(),
                reads,
                masks);
    }

    @Override
    public Value wanted(Value x) {
        return let(x.width(), "torch.index_select(%s, 0, rows)", x.name());
    }
}
