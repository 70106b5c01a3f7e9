package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Most of this wants a JVM of 22 or later with {@link JlamaGenerator#JVM_ARGUMENTS}. */
class JlamaGeneratorTest {
    private static final LlamaShape SHAPE = new LlamaShape(2, 2, 64, 96, 400, 128);

    @TempDir
    Path cache;

    @Test
    void generatesWhatThisProjectsEngineDoes() throws Exception {
        String missing = JlamaGenerator.missing();
        assumeTrue(missing == null, "needs " + missing);
        Path folder = RandomFolder.of(SHAPE, cache);
        List<int[]> prompts = List.of(
                new int[] {CharacterVocabulary.BEGIN, 301, 302}, new int[] {CharacterVocabulary.BEGIN, 399, 259, 390});

        try (var theirs = JlamaGenerator.open(SHAPE, folder)) {
            assertThat(theirs.answers(prompts, 24)).isEqualTo(OurAnswers.of(SHAPE, folder, prompts, 24));
            assertThat(theirs.generate(prompts, 5)).containsExactly(5, 5);
        }
    }

    @Test
    void whereItCantBeRunItSaysWhatItNeeds() {
        String missing = JlamaGenerator.missing();
        assumeTrue(missing != null, "it can be run here");

        assertThat(missing).containsAnyOf("JDK of 22", "--add-modules=jdk.incubator.vector");
        assertThatThrownBy(() -> JlamaGenerator.open(SHAPE, cache)).hasMessageContaining(missing);
    }
}
