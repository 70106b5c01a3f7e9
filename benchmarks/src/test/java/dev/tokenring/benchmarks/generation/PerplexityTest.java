package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.LanguageModel;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PerplexityTest {
    @Test
    void whatLosesTooMuchIsNotTaken() {
        assertThat(fastest(10, 10.09, 10.09)).isEqualTo(GenerationPrecision.INT8);
        assertThat(fastest(10, 10.09, 10.11)).isEqualTo(GenerationPrecision.BF16);
        assertThat(fastest(10, 10.11, 10.11)).isEqualTo(GenerationPrecision.FP32);
    }

    @Test
    void whatIsNoNumberIsNotTaken() {
        assertThat(fastest(10, Double.NaN, Double.NaN)).isEqualTo(GenerationPrecision.FP32);
    }

    private static GenerationPrecision fastest(double fp32, double bf16, double int8) {
        var perplexities =
                Map.of(GenerationPrecision.FP32, fp32, GenerationPrecision.BF16, bf16, GenerationPrecision.INT8, int8);
        return Perplexity.fastestWithin(perplexities::get);
    }

    @Test
    void theModelKnowsTheDialoguesWhole() {
        try (LanguageModel model = LanguageModel.load(GenerationModel.HOUSE.folder())) {
            assertThat(Perplexity.dialogues()).hasSize(10).allSatisfy(dialogue -> assertThat(model.tokenize(dialogue))
                    .hasSizeBetween(50, model.contextLength()));
        }
    }
}
