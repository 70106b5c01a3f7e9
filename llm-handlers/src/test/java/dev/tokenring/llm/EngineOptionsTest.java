package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Options are derived in any order; those that don't go together are refused before anything is loaded. */
class EngineOptionsTest {
    @Test
    void theOrderInWhichOptionsAreDerivedDoesNotMatter() {
        assertThat(EngineOptions.DEFAULT.withMaxBatchSize(128).withStepTokens(512))
                .isEqualTo(EngineOptions.DEFAULT.withStepTokens(512).withMaxBatchSize(128));
        assertThat(EngineOptions.DEFAULT.withStepTokens(8).withMaxBatchSize(4))
                .isEqualTo(EngineOptions.DEFAULT.withMaxBatchSize(4).withStepTokens(8));
    }

    @Test
    void stepsWithoutRoomForPromptsAreRefusedBeforeTheFolderIsOpened() {
        EngineOptions full = EngineOptions.DEFAULT.withMaxBatchSize(128);
        assertThatThrownBy(() -> LanguageModel.load(Path.of("nowhere"), ModelOptions.DEFAULT, full))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("stepTokens is 128 and maxBatchSize is 128: ")
                .hasMessageContainingAll("withStepTokens", "withMaxBatchSize");
    }

    @Test
    void eachOptionAloneIsCheckedWhereItIsGiven() {
        assertThatThrownBy(() -> EngineOptions.DEFAULT.withStepTokens(1))
                .hasMessage("stepTokens is 1: it must be 2 or more, and more than maxBatchSize");
        assertThatThrownBy(() -> EngineOptions.DEFAULT.withMaxBatchSize(0))
                .hasMessage("maxBatchSize is 0: it must be 1 or more");
        assertThatThrownBy(() -> EngineOptions.DEFAULT.withCacheBytes(-1))
                .hasMessageStartingWith("cacheBytes is -1: it must be 1 or more, or 0");
        assertThatThrownBy(() -> EngineOptions.DEFAULT.withQueueLimit(0))
                .hasMessage("queueLimit is 0: it must be 1 or more");
    }
}
