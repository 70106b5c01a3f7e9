package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.llm.HouseModel.Case;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house model computes what an independent implementation computed in float64 from the same weights. */
class ReferenceTest {
    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT.withPrecision(Precision.FP32));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static List<Case> cases() {
        return HouseModel.reference();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokenizesThePrompt(Case reference) {
        assertThat(model.tokenize(reference.prompt())).isEqualTo(reference.promptIds());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheLogitsAfterThePrompt(Case reference) {
        assertThat(model.logits(reference.promptIds())).containsExactly(reference.firstLogits(), within(1e-3f));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void choosesTheSameTokensGreedily(Case reference) {
        var pieces = new ArrayList<Generation>();
        GenerationOptions greedy = model.defaults()
                .withTemperature(0)
                .withMaxTokens(reference.greedyIds().size());

        Generation whole = model.generate(reference.promptIds(), greedy, pieces::add, () -> false);

        assertThat(whole.tokenIds()).isEqualTo(reference.greedyIds());
        assertThat(whole.text()).isEqualTo(reference.text());
        assertThat(pieces.stream().reduce(Generation::append)).contains(whole);
    }
}
