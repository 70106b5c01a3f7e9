package dev.tokenring.benchmarks.ratio;

import static dev.tokenring.benchmarks.measure.Metric.TOKENS;
import static dev.tokenring.benchmarks.measure.Metric.TOKENS_WHEN_WARM;

import dev.tokenring.benchmarks.Generate;
import dev.tokenring.benchmarks.ReadWeights;
import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPeer;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The promises about language models. Each row takes a minute, so none is run more often than it has to be. */
final class GenerationRows {
    private static final int PAIRS = 2;
    private static final int FEW = 4;
    private static final int MANY = 16;

    private static final List<GenerationPrecision> PRECISIONS =
            List.of(GenerationPrecision.FP32, GenerationPrecision.BF16, GenerationPrecision.INT8);

    private GenerationRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (GenerationModel model : List.of(GenerationModel.HOUSE, GenerationModel.GPT2_124M)) {
            boolean small = model == GenerationModel.HOUSE;
            String name = small ? "house" : "124m";
            String weights = (small ? "5.9" : "124") + " million weights";
            Setting oneByOne = tokenring(model, GenerationPrecision.FP32, 1);
            rows.add(row(
                    "generation-16-" + name,
                    "16 callers, " + weights + ", fp32: one after another, fp32",
                    Bar.atLeast(4),
                    tokenring(model, GenerationPrecision.FP32, MANY),
                    oneByOne,
                    small));
            rows.add(row(
                    "generation-16-fastest-" + name,
                    "16 callers, " + weights + ", fastest precision within 1 % of perplexity: one after another, fp32",
                    Bar.atLeast(20),
                    tokenring(model, GenerationPrecision.FASTEST_WITHIN_1_PERCENT, MANY),
                    oneByOne,
                    false));
            rows.add(overhead("generation-overhead-" + name, weights, model, small ? 128 : 64));
        }
        for (GenerationPrecision precision : PRECISIONS) {
            rows.add(row(
                    "generation-1-" + nameOf(precision),
                    "one caller, 124 million weights, " + nameOf(precision) + ": how often the weights can be read",
                    Bar.atLeast(0.6),
                    tokenring(GenerationModel.GPT2_124M, precision, 1),
                    Setting.of(ReadWeights.class, TOKENS, "model", GenerationModel.GPT2_124M, "precision", precision),
                    false));
        }
        for (GenerationPrecision precision : PRECISIONS) {
            rows.add(than(GenerationPeer.LLAMA_CPP, "llama.cpp", precision, FEW, 1));
            rows.add(than(GenerationPeer.LLAMA_CPP, "llama.cpp", precision, MANY, 3));
        }
        rows.add(than(GenerationPeer.JLAMA, "Jlama, both on JDK 22 or later", GenerationPrecision.FP32, FEW, 1));
        return rows;
    }

    private static Row than(
            GenerationPeer peer, String peerName, GenerationPrecision precision, int callers, int times) {
        return new Row(
                "generation-" + callers + "-" + nameOf(precision) + "-than-" + nameOf(peer),
                callers + " callers of a Llama of 134 million weights, " + nameOf(precision) + ": " + peerName,
                Bar.atLeast(times),
                tokenring(GenerationModel.LLAMA_134M, precision, callers),
                generate(peer, GenerationModel.LLAMA_134M, precision, callers),
                false,
                PAIRS,
                peer::missing);
    }

    /** The callers' requests come one after the other: so that this is not all that is seen, they want long answers. */
    private static Row overhead(String name, String weights, GenerationModel model, int newTokens) {
        return row(
                name,
                "16 callers on the bus, " + weights + ", fp32, " + newTokens + " tokens each: the decode loop alone",
                Bar.atLeast(0.98),
                whenWarm(GenerationPeer.TOKENRING, model, newTokens),
                whenWarm(GenerationPeer.BARE_LOOP, model, newTokens),
                false);
    }

    private static Setting whenWarm(GenerationPeer peer, GenerationModel model, int newTokens) {
        Setting usual = generate(peer, model, GenerationPrecision.FP32, MANY).with("newTokens", newTokens);
        return new Setting(usual.benchmark(), usual.params(), TOKENS_WHEN_WARM);
    }

    private static Row row(String name, String promise, Bar bar, Setting ours, Setting reference, boolean quick) {
        return new Row(name, promise, bar, ours, reference, quick, PAIRS, Need.NOTHING);
    }

    private static Setting tokenring(GenerationModel model, GenerationPrecision precision, int callers) {
        return generate(GenerationPeer.TOKENRING, model, precision, callers);
    }

    private static Setting generate(
            GenerationPeer peer, GenerationModel model, GenerationPrecision precision, int callers) {
        return Setting.of(
                Generate.class, TOKENS, "peer", peer, "model", model, "precision", precision, "callers", callers);
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
