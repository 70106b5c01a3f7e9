package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.PlainLlama;
import dev.tokenring.llm.Precision;
import dev.tokenring.llm.TinyLlama;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family of Llama's line computes what the plain reference computes from the same weights. */
class LlamaFamiliesTest {
    private static final int[] IDS = new Random(3).ints(24, 0, 257).toArray();

    private static final ModelOptions FP32 = ModelOptions.DEFAULT.withPrecision(Precision.FP32);

    @TempDir
    Path folder;

    /** A model, and the same weights without the one thing that the variant is about. */
    record Variant(String name, UnaryOperator<TinyLlama> derive, UnaryOperator<TinyLlama> withoutIt, String family) {
        TinyLlama model() {
            return derive.apply(new TinyLlama(family, 7));
        }

        @Override
        public String toString() {
            return family + " " + name;
        }
    }

    private static Variant layout(String family, String name, UnaryOperator<TinyLlama> derive) {
        return new Variant(name, derive, derive, family);
    }

    private static Variant feature(
            String family, String name, UnaryOperator<TinyLlama> derive, UnaryOperator<TinyLlama> withoutIt) {
        return new Variant(name, derive, withoutIt, family);
    }

    static Stream<Variant> layouts() {
        return Stream.of(
                layout("llama", "as the hub stores it", model -> model),
                layout("llama", "without prefix", model -> model.prefix("")),
                layout("llama", "BF16 in shards", model -> model.format("BF16").shards(3)),
                layout("llama", "F16 in shards", model -> model.format("F16").shards(2)),
                layout("llama", "tied head", model -> model.set("tie_word_embeddings", true)),
                layout("llama", "one key for each query", model -> model.without("num_key_value_heads")),
                layout("llama", "one key for all queries", model -> model.set("num_key_value_heads", 1)),
                layout("llama", "wide groups", model -> model.set("num_attention_heads", 6)
                        .set("num_key_value_heads", 2)),
                layout("llama", "heads that share the width", model -> model.without("head_dim")),
                layout("llama", "wide heads", model -> model.set("head_dim", 10)),
                layout("llama", "biases everywhere", model -> model.set("attention_bias", true)
                        .set("mlp_bias", true)),
                layout(
                        "llama",
                        "dynamic within its context",
                        model -> model.set("rope_scaling", Map.of("type", "dynamic", "factor", 2.0))),
                layout("mistral", "plain", model -> model.set("sliding_window", null)),
                layout("mistral", "a window by default", model -> model),
                layout("qwen2", "plain", model -> model),
                layout("qwen2", "a window that is off", model -> model.set("sliding_window", 4)
                        .set("use_sliding_window", false)),
                layout("qwen3", "plain", model -> model),
                layout("qwen3", "with biases, tied", model -> model.set("attention_bias", true)
                        .set("tie_word_embeddings", true)),
                layout("smollm3", "plain", model -> model.set("num_hidden_layers", 5)));
    }

    static Stream<Variant> features() {
        return Stream.of(
                feature("llama", "another base", model -> model.set("rope_theta", 10_000), model -> model),
                feature("llama", "a coarse epsilon", model -> model.set("rms_norm_eps", 0.3), model -> model),
                feature(
                        "llama",
                        "base as transformers 5 writes it",
                        model -> model.set("rope_parameters", Map.of("rope_type", "default", "rope_theta", 7.5)),
                        model -> model),
                feature(
                        "llama",
                        "linear",
                        model -> model.set("rope_scaling", Map.of("type", "linear", "factor", 4.0)),
                        model -> model),
                feature("llama", "llama3", model -> model.set("rope_scaling", LLAMA3), model -> model),
                feature(
                        "llama",
                        "llama3, not linear",
                        model -> model.set("rope_scaling", LLAMA3),
                        model -> model.set("rope_scaling", Map.of("type", "linear", "factor", 8.0))),
                feature("qwen2", "yarn", model -> model.set("rope_scaling", YARN), model -> model),
                feature(
                        "qwen3",
                        "yarn as transformers 5 writes it",
                        model -> model.without("rope_theta").set("rope_parameters", YARN_5),
                        model -> model.set("rope_theta", 50)),
                feature("mistral", "a window", model -> model.set("sliding_window", 5), model -> model),
                feature(
                        "mistral",
                        "a window of 5, not 6",
                        model -> model.set("sliding_window", 5),
                        model -> model.set("sliding_window", 6)),
                feature("mistral", "a window of 1", model -> model.set("sliding_window", 1), model -> model),
                feature(
                        "qwen2",
                        "a window in the upper layers",
                        model -> window(model).set("max_window_layers", 1),
                        model -> window(model).set("max_window_layers", 2)),
                feature(
                        "qwen3",
                        "a window in layers by name",
                        model -> window(model).set("layer_types", List.of(SLIDING, FULL, FULL)),
                        model -> window(model).set("layer_types", List.of(FULL, FULL, SLIDING))),
                feature(
                        "smollm3",
                        "layers without rotation",
                        model -> model.set("no_rope_layers", List.of(1, 0, 1)),
                        model -> model.set("no_rope_layers", List.of(1, 1, 1))),
                feature(
                        "smollm3",
                        "a window in the layers without rotation",
                        model -> window(model).set("no_rope_layers", List.of(0, 1, 1)),
                        model -> model.set("no_rope_layers", List.of(0, 1, 1))));
    }

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    /** Of the three pairs of a head one is kept, one is slowed, and one is between. */
    private static final Map<String, Object> LLAMA3 = Map.of(
            "rope_type",
            "llama3",
            "factor",
            8.0,
            "low_freq_factor",
            1.0,
            "high_freq_factor",
            4.0,
            "original_max_position_embeddings",
            64);

    private static final Map<String, Object> YARN =
            Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64);

    private static final Map<String, Object> YARN_5 =
            Map.of("rope_type", "yarn", "rope_theta", 50, "factor", 4.0, "original_max_position_embeddings", 64);

    private static TinyLlama window(TinyLlama model) {
        return model.set("use_sliding_window", true).set("sliding_window", 4);
    }

    static Stream<Variant> variants() {
        return Stream.concat(layouts(), features());
    }

    @ParameterizedTest
    @MethodSource("variants")
    void computesWhatTheDefinitionSays(Variant variant) {
        var plain = new PlainLlama(variant.model().write(folder));
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights();
                TorchStepModel model = TorchStepModel.load(opened.family(), weights, FP32);
                KvCache cache = model.newCache(1)) {
            assertClose(model.logits(new int[] {IDS[0]}), plain.logits(IDS[0]));
            assertClose(model.logits(IDS), plain.logits(IDS));
            int half = 10;
            assertClose(append(model, cache, Arrays.copyOf(IDS, half)), plain.logits(Arrays.copyOf(IDS, half)));
            for (int at = half; at < IDS.length; at++) {
                float[] step = append(model, cache, IDS[at]);
                assertClose(step, plain.logits(Arrays.copyOf(IDS, at + 1)));
            }
        }
    }

    /** Or else the test above would say nothing about it. */
    @ParameterizedTest
    @MethodSource("features")
    void eachFeatureChangesTheReference(Variant variant) {
        double[] with = new PlainLlama(variant.model().write(folder.resolve("with"))).logits(IDS);
        TinyLlama other = variant.withoutIt().apply(new TinyLlama(variant.family(), 7));
        double[] without = new PlainLlama(other.write(folder.resolve("without"))).logits(IDS);
        double greatest = 0;
        for (int id = 0; id < with.length; id++) {
            greatest = Math.max(greatest, Math.abs(with[id] - without[id]));
        }
        assertThat(greatest).isGreaterThan(0.01);
    }

    private static float[] append(StepModel model, KvCache cache, int... ids) {
        var chunk = new Chunk(cache, ids, Chunk.Wanted.LAST);
        model.step(List.of(chunk));
        return chunk.logits();
    }

    private static void assertClose(float[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(greatest).as("the model says something").isGreaterThan(0.5);
        for (int id = 0; id < found.length; id++) {
            assertThat((double) found[id]).as("logit of token %s", id).isCloseTo(expected[id], within(3e-5 * greatest));
        }
    }
}
