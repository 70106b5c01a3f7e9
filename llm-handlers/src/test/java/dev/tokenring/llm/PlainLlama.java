package dev.tokenring.llm;

import com.google.gson.JsonObject;
import java.util.Arrays;

/**
 * Llama and its descendants written down from their papers and model cards, in plain loops and double precision, without a
 * cache: what the library's forward pass is compared with.
 */
public final class PlainLlama {
    private final TinyLlama model;
    private final int width;
    private final int headSize;

    public PlainLlama(TinyLlama model) {
        this.model = model;
        this.width = model.count("hidden_size");
        this.headSize = model.headSize();
    }

    /** The logits after the last token. */
    public double[] logits(int... ids) {
        double[][] x = new double[ids.length][width];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < width; i++) {
                x[t][i] = model.weight("embed_tokens.weight")[ids[t] * width + i];
            }
        }
        for (int layer = 0; layer < model.count("num_hidden_layers"); layer++) {
            String name = "layers." + layer + ".";
            double[][] normed = new double[ids.length][];
            for (int t = 0; t < ids.length; t++) {
                normed[t] = norm(x[t], name + "input_layernorm");
            }
            double[][] attended = attend(normed, layer, name + "self_attn.");
            for (int t = 0; t < ids.length; t++) {
                add(x[t], attended[t]);
                add(x[t], feedForward(norm(x[t], name + "post_attention_layernorm"), name + "mlp."));
            }
        }
        double[] last = norm(x[ids.length - 1], "norm");
        float[] head = model.weight(model.flag("tie_word_embeddings") ? "embed_tokens.weight" : "lm_head.weight");
        double[] logits = new double[model.count("vocab_size")];
        for (int id = 0; id < logits.length; id++) {
            for (int i = 0; i < width; i++) {
                logits[id] += last[i] * head[id * width + i];
            }
        }
        return logits;
    }

    private double[] feedForward(double[] x, String name) {
        double[] gate = linear(x, name + "gate_proj");
        double[] up = linear(x, name + "up_proj");
        for (int i = 0; i < gate.length; i++) {
            up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
        }
        return linear(up, name + "down_proj");
    }

    private double[][] attend(double[][] x, int layer, String name) {
        int heads = model.count("num_attention_heads");
        int shared = heads / model.cachedHeads();
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            q[t] = eachHead(linear(x[t], name + "q_proj"), name + "q_norm", t, layer);
            k[t] = eachHead(linear(x[t], name + "k_proj"), name + "k_norm", t, layer);
            v[t] = linear(x[t], name + "v_proj");
        }
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] all = new double[heads * headSize];
            int first = Math.max(0, t + 1 - window(layer));
            for (int head = 0; head < heads; head++) {
                int at = head * headSize;
                int cachedAt = head / shared * headSize;
                double[] weights = new double[t + 1];
                double total = 0;
                for (int s = first; s <= t; s++) {
                    double product = 0;
                    for (int i = 0; i < headSize; i++) {
                        product += q[t][at + i] * k[s][cachedAt + i];
                    }
                    weights[s] = Math.exp(product / Math.sqrt(headSize));
                    total += weights[s];
                }
                for (int s = first; s <= t; s++) {
                    for (int i = 0; i < headSize; i++) {
                        all[at + i] += weights[s] / total * v[s][cachedAt + i];
                    }
                }
            }
            out[t] = linear(all, name + "o_proj");
        }
        return out;
    }

    /** How many tokens a token sees: Mistral slides everywhere, Qwen in the upper layers, SmolLM3 where it knows no places. */
    private int window(int layer) {
        return slides(layer) && model.has("sliding_window") ? model.count("sliding_window") : Integer.MAX_VALUE;
    }

    private boolean slides(int layer) {
        if (model.isFamily("mistral")) {
            return true;
        }
        if (!model.flag("use_sliding_window")) {
            return false;
        }
        if (model.has("layer_types")) {
            String type =
                    model.config("layer_types").getAsJsonArray().get(layer).getAsString();
            return type.equals("sliding_attention");
        }
        return model.isFamily("smollm3") ? !knowsPlaces(layer) : layer >= model.count("max_window_layers");
    }

    private boolean knowsPlaces(int layer) {
        if (!model.isFamily("smollm3")) {
            return true;
        }
        return model.has("no_rope_layers")
                ? model.config("no_rope_layers").getAsJsonArray().get(layer).getAsInt() == 1
                : layer % 4 != 3;
    }

    private double[] eachHead(double[] row, String norm, int position, int layer) {
        double[] out = row.clone();
        for (int at = 0; at < row.length; at += headSize) {
            double[] head = Arrays.copyOfRange(row, at, at + headSize);
            if (model.isFamily("qwen3")) {
                head = norm(head, norm);
            }
            if (knowsPlaces(layer)) {
                head = turn(head, position);
            }
            System.arraycopy(head, 0, out, at, headSize);
        }
        return out;
    }

    /** Number i and number i + half are the two coordinates of a point that is turned around the origin. */
    private double[] turn(double[] head, int position) {
        double[] out = new double[headSize];
        int half = headSize / 2;
        for (int i = 0; i < half; i++) {
            double angle = position * speed(i);
            out[i] = amplitude() * (head[i] * Math.cos(angle) - head[i + half] * Math.sin(angle));
            out[i + half] = amplitude() * (head[i + half] * Math.cos(angle) + head[i] * Math.sin(angle));
        }
        return out;
    }

    private JsonObject scaling() {
        String key = model.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        return model.has(key) ? model.config(key).getAsJsonObject() : new JsonObject();
    }

    private String scalingType() {
        JsonObject scaling = scaling();
        String key = scaling.has("rope_type") ? "rope_type" : "type";
        return scaling.has(key) ? scaling.get(key).getAsString() : "default";
    }

    private double base() {
        return scaling().has("rope_theta")
                ? scaling().get("rope_theta").getAsDouble()
                : model.config("rope_theta").getAsDouble();
    }

    private double amplitude() {
        return scalingType().equals("yarn")
                ? 0.1 * Math.log(scaling().get("factor").getAsDouble()) + 1
                : 1;
    }

    private double speed(int pair) {
        double speed = 1 / Math.pow(base(), 2.0 * pair / headSize);
        JsonObject scaling = scaling();
        return switch (scalingType()) {
            case "linear" -> speed / scaling.get("factor").getAsDouble();
            case "llama3" -> llama3(speed, scaling);
            case "yarn" -> yarn(speed, pair, scaling);
            default -> speed;
        };
    }

    /** By the length of a wave, as Meta's reference code has it. */
    private static double llama3(double speed, JsonObject scaling) {
        double factor = scaling.get("factor").getAsDouble();
        double trained = scaling.get("original_max_position_embeddings").getAsDouble();
        double low = scaling.get("low_freq_factor").getAsDouble();
        double high = scaling.get("high_freq_factor").getAsDouble();
        double wave = 2 * Math.PI / speed;
        if (wave < trained / high) {
            return speed;
        }
        if (wave > trained / low) {
            return speed / factor;
        }
        double smooth = (trained / wave - low) / (high - low);
        return (1 - smooth) * speed / factor + smooth * speed;
    }

    /** Equations 17 to 20 of the paper, with its bounds rounded outwards to whole pairs as its code does. */
    private double yarn(double speed, int pair, JsonObject scaling) {
        double trained = scaling.get("original_max_position_embeddings").getAsDouble();
        double low = Math.max(0, Math.floor(headSize * Math.log(trained / (32 * 2 * Math.PI)) / 2 / Math.log(base())));
        double high =
                Math.min(headSize - 1, Math.ceil(headSize * Math.log(trained / (2 * Math.PI)) / 2 / Math.log(base())));
        double ramp = pair <= low ? 0 : pair >= high ? 1 : (pair - low) / (high - low);
        return (1 - ramp) * speed + ramp * speed / scaling.get("factor").getAsDouble();
    }

    private double[] linear(double[] x, String name) {
        float[] weight = model.weight(name + ".weight");
        float[] bias = model.weight(name + ".bias");
        double[] out = new double[weight.length / x.length];
        for (int o = 0; o < out.length; o++) {
            out[o] = bias == null ? 0 : bias[o];
            for (int i = 0; i < x.length; i++) {
                out[o] += x[i] * weight[o * x.length + i];
            }
        }
        return out;
    }

    private double[] norm(double[] x, String name) {
        double meanSquare = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
        double epsilon = model.config("rms_norm_eps").getAsDouble();
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i] / Math.sqrt(meanSquare + epsilon) * model.weight(name + ".weight")[i];
        }
        return out;
    }

    private static void add(double[] x, double[] more) {
        for (int i = 0; i < x.length; i++) {
            x[i] += more[i];
        }
    }
}
