package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all promise who generate. */
class GeneratorTest {
    private static final int PROMPT_TOKENS = 8;
    private static final int NEW_TOKENS = 5;

    @ParameterizedTest
    @EnumSource(
            value = GenerationPeer.class,
            names = {"TOKENRING", "TOKENRING_SAMPLED", "BARE_LOOP"})
    void everyCallerGetsAsManyTokensAsAskedForRoundAfterRound(GenerationPeer peer) throws Exception {
        assumeTrue(peer.missing() == null, peer.missing());
        var prompts = new Prompts(1);
        try (Generator generator = peer.open(GenerationModel.HOUSE, GenerationPrecision.FP32, 3)) {
            for (int callers : List.of(3, 1, 3)) {
                assertThat(generator.generate(prompts.next(callers, PROMPT_TOKENS), NEW_TOKENS))
                        .hasSize(callers)
                        .containsOnly(NEW_TOKENS);
            }
        }
    }
}
