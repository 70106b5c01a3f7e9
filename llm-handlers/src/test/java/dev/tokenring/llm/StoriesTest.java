package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenring.llm.HouseModel.Case;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A small Llama computes what an independent implementation computed in float64 from the same weights. */
class StoriesTest {
    /** Lies beside the repository, where it is used. */
    private static final Path FOLDER = Path.of("../../shared/models/stories260k");

    private static LanguageModel model;
    private static List<Case> cases;

    @BeforeAll
    static void load() {
        assumeTrue(Files.isDirectory(FOLDER), FOLDER + " is not there: nothing to compare with");
        model = LanguageModel.load(FOLDER, ModelOptions.DEFAULT.withPrecision(Precision.FP32));
        cases = HouseModel.reference(FOLDER);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void tokenizesThePromptsAsItWasTrainedTo() {
        for (Case reference : cases) {
            assertThat(model.tokenize(reference.prompt())).as("%s", reference).isEqualTo(reference.promptIds());
        }
    }

    @Test
    void givesTheLogitsAfterThePrompts() {
        for (Case reference : cases) {
            assertThat(model.logits(reference.promptIds()))
                    .as("%s", reference)
                    .containsExactly(reference.firstLogits(), within(1e-3f));
        }
    }

    @Test
    void choosesTheSameTokensGreedily() {
        for (Case reference : cases) {
            var pieces = new ArrayList<Generation>();
            GenerationOptions greedy =
                    model.defaults().withMaxTokens(reference.greedyIds().size());

            Generation whole = model.generate(reference.promptIds(), greedy, pieces::add, () -> false);

            assertThat(whole.tokenIds()).as("%s", reference).isEqualTo(reference.greedyIds());
            assertThat(pieces.stream().reduce(Generation::append)).contains(whole);
        }
    }

    @Test
    void thePiecesGoOnWithThePromptAndLoseNoSpace() {
        for (Case reference : cases) {
            List<Integer> all = new ArrayList<>();
            for (int id : reference.promptIds()) {
                all.add(id);
            }
            all.addAll(reference.greedyIds());
            GenerationOptions greedy =
                    model.defaults().withMaxTokens(reference.greedyIds().size());

            Generation whole = model.generate(reference.promptIds(), greedy, piece -> {}, () -> false);

            assertThat(reference.prompt() + whole.text()).isEqualTo(model.detokenize(all));
        }
    }

    /** Each row is rotated, cached and attended to in the numbers of its precision. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "INT8"})
    void fewerBitsSayAlmostTheSame(Precision precision) {
        ModelOptions options = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision);
        try (LanguageModel coarse = LanguageModel.load(FOLDER, options)) {
            for (Case reference : cases) {
                assertThat(coarse.logits(reference.promptIds()))
                        .as("%s", reference)
                        .containsExactly(reference.firstLogits(), within(0.5f));
            }
        }
    }
}
