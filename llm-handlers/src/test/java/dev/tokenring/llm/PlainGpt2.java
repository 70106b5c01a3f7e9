package dev.tokenring.llm;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * GPT-2 written down from its definition, in plain loops and double precision, without a cache: what the library's forward
 * pass is compared with.
 */
final class PlainGpt2 {
    private final TinyModel model;
    private final int width;
    private final int heads;
    private final DoubleUnaryOperator activation;

    PlainGpt2(TinyModel model) {
        this.model = model;
        this.width = model.count("n_embd");
        this.heads = model.count("n_head");
        this.activation = activation(model.config().get("activation_function").getAsString());
    }

    private static DoubleUnaryOperator activation(String name) {
        return switch (name) {
            case "gelu", "gelu_python" -> x -> x * (1 + erf(x / Math.sqrt(2))) / 2;
            case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh" ->
                x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case "quick_gelu" -> x -> x / (1 + Math.exp(-1.702 * x));
            case "relu" -> x -> Math.max(0, x);
            case "silu", "swish" -> x -> x / (1 + Math.exp(-x));
            case "tanh" -> Math::tanh;
            case "sigmoid" -> x -> 1 / (1 + Math.exp(-x));
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** The series 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms have one sign. */
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = 0;
        for (int n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            sum += term;
            term *= 2 * x * x / (2 * n + 3);
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** The logits after the last token. */
    double[] logits(int... ids) {
        double[][] x = new double[ids.length][width];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < width; i++) {
                x[t][i] = model.weight("wte.weight")[ids[t] * width + i] + model.weight("wpe.weight")[t * width + i];
            }
        }
        for (int layer = 0; layer < model.count("n_layer"); layer++) {
            String h = "h." + layer + ".";
            double[][] attended = attend(rows(x, row -> norm(row, h + "ln_1")), h, layer);
            for (int t = 0; t < x.length; t++) {
                add(x[t], linear(attended[t], h + "attn.c_proj", width));
                double[] inner = linear(norm(x[t], h + "ln_2"), h + "mlp.c_fc", model.innerWidth());
                add(x[t], linear(Arrays.stream(inner).map(activation).toArray(), h + "mlp.c_proj", width));
            }
        }
        double[] last = norm(x[x.length - 1], "ln_f");
        float[] head = model.weight(model.flag("tie_word_embeddings", true) ? "wte.weight" : "lm_head.weight");
        double[] logits = new double[model.count("vocab_size")];
        for (int id = 0; id < logits.length; id++) {
            for (int i = 0; i < width; i++) {
                logits[id] += last[i] * head[id * width + i];
            }
        }
        return logits;
    }

    private double[][] attend(double[][] x, String h, int layer) {
        double[][] qkv = rows(x, row -> linear(row, h + "attn.c_attn", 3 * width));
        double[][] out = new double[x.length][width];
        int size = width / heads;
        double scale = model.flag("scale_attn_weights", true) ? 1 / Math.sqrt(size) : 1;
        if (model.flag("scale_attn_by_inverse_layer_idx", false)) {
            scale /= layer + 1;
        }
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < x.length; t++) {
                double[] weights = new double[t + 1];
                for (int s = 0; s <= t; s++) {
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        weights[s] += scale * qkv[t][i] * qkv[s][width + i];
                    }
                }
                double greatest = Arrays.stream(weights).max().orElseThrow();
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    weights[s] = Math.exp(weights[s] - greatest);
                    total += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        out[t][i] += weights[s] / total * qkv[s][2 * width + i];
                    }
                }
            }
        }
        return out;
    }

    private double[] linear(double[] x, String name, int outWidth) {
        float[] weight = model.weight(name + ".weight");
        double[] out = new double[outWidth];
        for (int o = 0; o < outWidth; o++) {
            out[o] = model.weight(name + ".bias")[o];
            for (int i = 0; i < x.length; i++) {
                out[o] += x[i] * weight[i * outWidth + o];
            }
        }
        return out;
    }

    private double[] norm(double[] x, String name) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double epsilon = model.config().get("layer_norm_epsilon").getAsDouble();
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (x[i] - mean) / Math.sqrt(variance + epsilon) * model.weight(name + ".weight")[i]
                    + model.weight(name + ".bias")[i];
        }
        return out;
    }

    private static double[][] rows(double[][] x, java.util.function.UnaryOperator<double[]> each) {
        return Arrays.stream(x).map(each).toArray(double[][]::new);
    }

    private static void add(double[] x, double[] more) {
        for (int i = 0; i < x.length; i++) {
            x[i] += more[i];
        }
    }
}
