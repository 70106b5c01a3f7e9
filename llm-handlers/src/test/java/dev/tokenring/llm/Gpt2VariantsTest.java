package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of GPT-2 folder computes what the plain reference computes from the same weights. */
class Gpt2VariantsTest {
    private static final int[] IDS = {72, 105, 256, 0, 255, 72, 33, 195, 188, 10, 32, 7};

    @TempDir
    Path folder;

    record Variant(String name, UnaryOperator<TinyModel> derive) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Variant> variants() {
        Stream<Variant> layouts = Stream.of(
                new Variant("as the hub stores it", model -> model),
                new Variant("without prefix", model -> model.prefix("")),
                new Variant("F16", model -> model.format("F16")),
                new Variant("BF16", model -> model.format("BF16")),
                new Variant(
                        "BF16 without prefix, with buffers",
                        model -> model.format("BF16").prefix("").withBuffers()),
                new Variant("with buffers", TinyModel::withBuffers),
                new Variant("separate head", model -> model.set("tie_word_embeddings", false)),
                new Variant("separate head in F16, without prefix", model -> model.set("tie_word_embeddings", false)
                        .format("F16")
                        .prefix("")),
                new Variant("embedding stored as the head", model -> model.embeddingStoredAs("lm_head.weight")),
                new Variant("in two shards", model -> model.shards(2)),
                new Variant("in many shards of F16", model -> model.shards(7).format("F16")),
                new Variant("wide inner layer", model -> model.set("n_inner", 31)),
                new Variant("one head", model -> model.set("n_head", 1)),
                new Variant("one layer", model -> model.set("n_layer", 1)),
                new Variant("coarse epsilon", model -> model.set("layer_norm_epsilon", 0.5)),
                new Variant("fine epsilon", model -> model.set("layer_norm_epsilon", 1e-12)),
                new Variant("unscaled attention", model -> model.set("scale_attn_weights", false)),
                new Variant("attention scaled by layer", model -> model.set("scale_attn_by_inverse_layer_idx", true)),
                new Variant("attention scaled by layer only", model -> model.set("scale_attn_weights", false)
                        .set("scale_attn_by_inverse_layer_idx", true)),
                new Variant("a larger vocabulary than the tokenizer's", model -> model.set("vocab_size", 300)));
        Stream<Variant> activations = Stream.of(
                        "gelu",
                        "gelu_python",
                        "gelu_new",
                        "gelu_fast",
                        "gelu_accurate",
                        "gelu_pytorch_tanh",
                        "quick_gelu",
                        "relu",
                        "silu",
                        "swish",
                        "tanh",
                        "sigmoid")
                .map(name -> new Variant(name, model -> model.set("activation_function", name)));
        return Stream.concat(layouts, activations);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void computesWhatTheDefinitionSays(Variant variant) {
        TinyModel written = variant.derive().apply(new TinyModel(7)).write(folder);
        var plain = new PlainGpt2(written);
        try (LanguageModel model = LanguageModel.load(folder)) {
            for (int length : new int[] {1, 2, IDS.length}) {
                int[] ids = Arrays.copyOf(IDS, length);
                assertClose(model.logits(ids), plain.logits(ids));
            }
        }
    }

    @Test
    void weightsOutliveTheFileAndTheGarbageCollector() throws Exception {
        new TinyModel(7).set("n_positions", 1024).set("n_embd", 48).write(folder);
        try (LanguageModel model = LanguageModel.load(folder)) {
            float[] before = model.logits(IDS);
            java.nio.file.Files.delete(folder.resolve("model.safetensors"));
            for (int round = 0; round < 5; round++) {
                System.gc();
                assertThat(model.logits(IDS)).containsExactly(before, within(1e-4f));
            }
        }
    }

    @Test
    void theDefaultLocaleDoesNotMatter() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            TinyModel written = new TinyModel(8).write(folder);
            try (LanguageModel model = LanguageModel.load(folder)) {
                assertClose(model.logits(IDS), new PlainGpt2(written).logits(IDS));
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void theReferenceKnowsTheErrorFunction() {
        // Abramowitz and Stegun, table 7.1
        assertThat(PlainGpt2.erf(0.5)).isCloseTo(0.5204998778, org.assertj.core.api.Assertions.within(1e-10));
        assertThat(PlainGpt2.erf(-2)).isCloseTo(-0.9953222650, org.assertj.core.api.Assertions.within(1e-10));
    }

    private static void assertClose(float[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(greatest).as("the model says something").isGreaterThan(0.5);
        for (int id = 0; id < found.length; id++) {
            assertThat((double) found[id])
                    .as("logit of token %s", id)
                    .isCloseTo(expected[id], org.assertj.core.api.Assertions.within(2e-5 * greatest));
        }
    }
}
