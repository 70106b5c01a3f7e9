package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same seed gives the same text alone and beside others, but for the few draws that rounding decides. */
@Timeout(300)
class SameSeedTest {
    private static final int PROMPTS = 32;
    private static final int CALLERS = 16;

    private static GenerationOptions options(double temperature, int prompt) {
        return GenerationOptions.GREEDY
                .withTemperature(temperature)
                .withSeed(prompt)
                .withEndTokens(Set.of())
                .withMaxTokens(60);
    }

    private static List<int[]> randomPrompts(LanguageModel model) {
        var random = new Random(5);
        return IntStream.range(0, PROMPTS)
                .mapToObj(i -> random.ints(20, 0, model.vocabularySize()).toArray())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"FP32, 0, 0", "FP32, 1, 1", "BF16, 1, 2", "INT8, 1, 2"})
    void theSameTextBesideOthers(Precision precision, double temperature, int mostOthers) throws Exception {
        try (var model = LanguageModel.load(HouseModel.FOLDER, ModelOptions.DEFAULT.withPrecision(precision))) {
            List<int[]> prompts = randomPrompts(model);
            var alone = new ArrayList<List<Integer>>();
            for (int i = 0; i < PROMPTS; i++) {
                alone.add(
                        model.generate(prompts.get(i), options(temperature, i)).tokenIds());
            }
            int others = 0;
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            try {
                var answers = new ArrayList<Future<Generation>>();
                for (int i = 0; i < PROMPTS; i++) {
                    int prompt = i;
                    answers.add(
                            callers.submit(() -> model.generate(prompts.get(prompt), options(temperature, prompt))));
                }
                for (int i = 0; i < PROMPTS; i++) {
                    others += answers.get(i).get().tokenIds().equals(alone.get(i)) ? 0 : 1;
                }
            } finally {
                callers.shutdownNow();
            }
            assertThat(others).isLessThanOrEqualTo(mostOthers);
        }
    }
}
