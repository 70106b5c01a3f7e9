package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LlamaCppGeneratorTest {
    private static final LlamaShape SHAPE = new LlamaShape(2, 2, 64, 96, 400, 128);
    private static final int[] SHORT = {301};
    private static final int[] LONG = {399, 259, 300, 310, 320, 330, 340, 350, 360, 370, 380, 390};

    @TempDir
    Path cache;

    @BeforeEach
    void runsHere() {
        String missing = LlamaCppGenerator.missing();
        assumeTrue(missing == null, "needs " + missing);
    }

    @Test
    void generatesWhatThisProjectsEngineDoes() throws Exception {
        Path folder = RandomFolder.of(SHAPE, cache);
        List<int[]> prompts = List.of(SHORT, LONG, new int[] {305, 306});

        try (var theirs = LlamaCppGenerator.open(SHAPE, folder, GgufType.F32, 3)) {
            assertThat(theirs.answers(prompts, 24)).isEqualTo(OurAnswers.of(SHAPE, folder, prompts, 24));
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachCallerGetsAsManyTokensAsItWants(GgufType type) throws Exception {
        try (var generator = LlamaCppGenerator.open(SHAPE, RandomFolder.of(SHAPE, cache), type, 2)) {
            assertThat(generator.generate(List.of(SHORT, LONG), 17)).containsExactly(17, 17);
            assertThat(generator.generate(List.of(LONG), LlamaCppGenerator.TOKENS_PER_CALLER - LONG.length))
                    .containsExactly(LlamaCppGenerator.TOKENS_PER_CALLER - LONG.length);
            assertThatThrownBy(() -> generator.generate(List.of(LONG), LlamaCppGenerator.TOKENS_PER_CALLER))
                    .hasMessageContaining("140")
                    .hasMessageContaining("128");
        }
    }
}
