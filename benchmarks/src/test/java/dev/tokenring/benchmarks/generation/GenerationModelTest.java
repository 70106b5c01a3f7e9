package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class GenerationModelTest {
    @Test
    void aTokenNeedsAllWeightsButThoseOfTheTables() {
        // all of the 124,439,808 that were published but the 1024 × 768 for positions
        assertThat(GenerationModel.GPT2_124M.weightsPerToken()).isEqualTo(124_439_808 - 1024 * 768);
        // the head is a matrix of its own, beside the table of 32,000 × 768
        assertThat(GenerationModel.LLAMA_134M.weightsPerToken()).isBetween(109_000_000L, 110_000_000L);
    }

    @Test
    void theHouseModelIsOfTheShapeThatIsStated() throws IOException {
        long fp16Bytes = Files.size(GenerationModel.HOUSE.folder().resolve("model.safetensors"));
        long positions = 192 * 256;

        // beside the weights there is a header of a few kilobytes
        assertThat(fp16Bytes / 2 - GenerationModel.HOUSE.weightsPerToken() - positions)
                .isBetween(0L, 10_000L);
        try (LanguageModel model = LanguageModel.load(GenerationModel.HOUSE.folder())) {
            assertThat(model.vocabularySize())
                    .isEqualTo(GenerationModel.HOUSE.shape().vocabularySize());
        }
    }
}
