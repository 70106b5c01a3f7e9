package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.llm.HouseModel.Case;
import dev.tokenring.llm.engine.Gpu;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The house model on each device that is here: what an independent implementation computed, alone and in company. */
class DeviceTest {
    private static final int CALLERS = 12;

    private static LanguageModel load(String device, Precision precision) {
        Gpu.skipIfAbsent(device);
        return LanguageModel.load(
                HouseModel.FOLDER, ModelOptions.DEFAULT.withDevice(device).withPrecision(precision));
    }

    private static Generation generate(LanguageModel model, int[] prompt, GenerationOptions options) {
        return model.generate(prompt, options, piece -> {}, () -> false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void givesTheReferencesLogitsAndTokens(String device) {
        try (LanguageModel model = load(device, Precision.FP32)) {
            for (Case reference : HouseModel.reference()) {
                GenerationOptions greedy = model.defaults()
                        .withTemperature(0)
                        .withMaxTokens(reference.greedyIds().size());
                assertThat(model.logits(reference.promptIds())).containsExactly(reference.firstLogits(), within(1e-3f));
                assertThat(generate(model, reference.promptIds(), greedy).tokenIds())
                        .isEqualTo(reference.greedyIds());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu, BF16", "gpu, BF16", "gpu, FP16"})
    void staysCloseToTheReferenceWithSixteenBits(String device, Precision precision) {
        try (LanguageModel model = load(device, precision)) {
            for (Case reference : HouseModel.reference()) {
                assertThat(model.logits(reference.promptIds())).containsExactly(reference.firstLogits(), within(0.2f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void givesManyCallersWhatItGivesOne(String device) throws Exception {
        List<Case> references = HouseModel.reference();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (LanguageModel model = load(device, Precision.FP32)) {
            List<Callable<Generation>> requests = IntStream.range(0, 3 * CALLERS)
                    .<Callable<Generation>>mapToObj(i -> {
                        int[] prompt = references.get(i % references.size()).promptIds();
                        GenerationOptions options = model.defaults()
                                .withTemperature(i % 2 == 0 ? 0 : 0.8)
                                .withSeed(i)
                                .withMaxTokens(8 + i % 17);
                        return () -> generate(model, prompt, options);
                    })
                    .toList();
            List<Future<Generation>> together = callers.invokeAll(requests);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(together.get(i).get().tokenIds())
                        .as("request %d", i)
                        .isEqualTo(requests.get(i).call().tokenIds());
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
