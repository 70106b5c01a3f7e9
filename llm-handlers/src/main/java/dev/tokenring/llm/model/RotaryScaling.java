package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * How fast each pair of a head turns: {@code rope_theta} and {@code rope_scaling} in a {@code config.json}, or both together
 * as {@code rope_parameters}, as transformers 5 writes them. Of the ways to stretch positions beyond the trained context
 * these are known:
 *
 * <ul>
 *   <li>{@code default}: none
 *   <li>{@code linear}: all pairs turn slower by {@code factor} (<a href="https://arxiv.org/abs/2306.15595">Chen et al.,
 *       2023</a>)
 *   <li>{@code llama3}: slow pairs turn slower by {@code factor}, fast ones do not, and those between by something between
 *       (Llama 3.1)
 *   <li>{@code yarn}: alike, with other bounds, and what is rotated grows (<a
 *       href="https://arxiv.org/abs/2309.00071">Peng et al., 2023</a>)
 *   <li>{@code dynamic}: changes nothing up to {@code max_position_embeddings}, which is as far as the context reaches here
 * </ul>
 */
final class RotaryScaling {
    private static final double DEFAULT_BASE = 10_000;

    private final JsonFile scaling;
    private final double base;
    private final int headSize;
    private final int contextLength;

    private RotaryScaling(JsonFile scaling, double base, int headSize, int contextLength) {
        this.scaling = scaling;
        this.base = base;
        this.headSize = headSize;
        this.contextLength = contextLength;
    }

    static Rotary read(JsonFile config, int headSize, int contextLength) {
        double base = config.numberOr("rope_theta", DEFAULT_BASE);
        JsonFile scaling = config.object(config.isPresent("rope_parameters") ? "rope_parameters" : "rope_scaling");
        base = scaling.numberOr("rope_theta", base);
        if (base <= 1) {
            throw new ModelLoadException(config.file() + ": rope_theta is " + base
                    + ", but must be more than 1: take the file that belongs to the model");
        }
        return new RotaryScaling(scaling, base, headSize, contextLength).rotary();
    }

    private Rotary rotary() {
        for (String layers : new String[] {"full_attention", "sliding_attention"}) {
            if (scaling.isPresent(layers)) {
                throw scaling.unsupported(layers, "take a model whose layers all turn alike");
            }
        }
        String key = scaling.isPresent("rope_type") ? "rope_type" : "type";
        return switch (scaling.textOr(key, "default")) {
            case "default", "dynamic" -> rotary(1, frequency -> frequency);
            case "linear" -> rotary(1, frequency -> frequency / factor());
            case "llama3" -> rotary(1, this::asLlama3);
            case "yarn" -> yarn();
            default ->
                throw scaling.unsupported(key, "take a model with one of default, dynamic, linear, llama3, yarn");
        };
    }

    private Rotary rotary(double amplitude, DoubleUnaryOperator scaled) {
        return new Rotary(
                headSize,
                IntStream.range(0, headSize / 2)
                        .mapToObj(pair -> scaled.applyAsDouble(frequency(pair)))
                        .toList(),
                amplitude);
    }

    private double frequency(int pair) {
        return Math.pow(base, -2.0 * pair / headSize);
    }

    private double factor() {
        double factor = scaling.number("factor");
        if (factor < 1) {
            throw scaling.unsupported("factor", "take the file that belongs to the model, with a factor of 1 or more");
        }
        return factor;
    }

    private double asLlama3(double frequency) {
        double low = scaling.number("low_freq_factor");
        double high = scaling.number("high_freq_factor");
        if (high <= low) {
            throw scaling.unsupported("high_freq_factor", "it must be more than low_freq_factor, which is " + low);
        }
        double turns = scaling.number("original_max_position_embeddings") * frequency / (2 * Math.PI);
        double kept = clamp((turns - low) / (high - low));
        return (1 - kept) * frequency / factor() + kept * frequency;
    }

    private Rotary yarn() {
        for (String key : new String[] {"mscale", "mscale_all_dim", "llama_4_scaling_beta"}) {
            if (scaling.isPresent(key)) {
                throw scaling.unsupported(key, "take a model without it");
            }
        }
        double trained = scaling.numberOr("original_max_position_embeddings", contextLength);
        double first = pairOfTurns(scaling.numberOr("beta_fast", 32), trained);
        double last = pairOfTurns(scaling.numberOr("beta_slow", 1), trained);
        boolean whole = scaling.flagOr("truncate", true);
        double from = Math.max(whole ? Math.floor(first) : first, 0);
        double to = Math.min(whole ? Math.ceil(last) : last, headSize - 1);
        double length = to == from ? 0.001 : to - from;
        double amplitude = scaling.numberOr("attention_factor", 0.1 * Math.log(factor()) + 1);
        return new Rotary(
                headSize,
                IntStream.range(0, headSize / 2)
                        .mapToObj(pair -> {
                            double slowed = clamp((pair - from) / length);
                            return frequency(pair) * (slowed / factor() + 1 - slowed);
                        })
                        .toList(),
                amplitude);
    }

    /** The pair, were there one between the others, that turns so many times in the trained context. */
    private double pairOfTurns(double turns, double trained) {
        return headSize * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }

    private static double clamp(double share) {
        return Math.max(0, Math.min(1, share));
    }
}
