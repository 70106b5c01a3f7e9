package dev.tokenring.benchmarks.generation;

import static java.util.Objects.requireNonNull;

import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;

/**
 * How well the house model knows ten dialogues, in each precision: what fewer bits cost. Random weights know nothing that they
 * could lose, so it says for the other models too which precision may be taken.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar perplexity
 * </pre>
 */
@Command(
        name = "perplexity",
        mixinStandardHelpOptions = true,
        description = "The perplexity of the house model on ten dialogues, in each precision.")
public final class Perplexity implements Callable<Integer> {
    /** Of the fp32 perplexity: how much another may be. */
    private static final double WITHIN = 1.01;

    private static final String TEXT = "dialogues.txt";

    /** The one with the fewest bytes to read first. */
    private static final List<GenerationPrecision> FASTEST_FIRST =
            List.of(GenerationPrecision.INT8, GenerationPrecision.BF16);

    /** To be filled by picocli. */
    public Perplexity() {}

    @Override
    public Integer call() {
        Map<GenerationPrecision, Double> measured = measure();
        double exact = requireNonNull(measured.get(GenerationPrecision.FP32));
        System.out.printf("%-12s %12s %12s%n", "precision", "perplexity", "beside fp32");
        measured.forEach((precision, perplexity) ->
                System.out.printf("%-12s %12.4f %11.2f%%%n", precision, perplexity, 100 * (perplexity / exact - 1)));
        System.out.println(
                "fastest within 1 %: " + fastestWithin(precision -> requireNonNull(measured.get(precision))));
        return 0;
    }

    /**
     * Measures each precision.
     *
     * @return the perplexities
     */
    public static Map<GenerationPrecision, Double> measure() {
        var measured = new EnumMap<GenerationPrecision, Double>(GenerationPrecision.class);
        for (GenerationPrecision precision : GenerationPrecision.values()) {
            if (precision != GenerationPrecision.FASTEST_WITHIN_1_PERCENT) {
                measured.put(precision, of(precision));
            }
        }
        return measured;
    }

    /** The fastest precision whose perplexity is at most 1 % above that of FP32. */
    static GenerationPrecision fastestWithin() {
        return fastestWithin(Perplexity::of);
    }

    static GenerationPrecision fastestWithin(ToDoubleFunction<GenerationPrecision> perplexity) {
        double most = WITHIN * perplexity.applyAsDouble(GenerationPrecision.FP32);
        return FASTEST_FIRST.stream()
                .filter(precision -> perplexity.applyAsDouble(precision) <= most)
                .findFirst()
                .orElse(GenerationPrecision.FP32);
    }

    private static double of(GenerationPrecision precision) {
        ModelOptions options = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision.precision());
        try (LanguageModel model = LanguageModel.load(GenerationModel.HOUSE.folder(), options)) {
            double nats = 0;
            int tokens = 0;
            for (String dialogue : dialogues()) {
                for (double logProbability : model.score(model.tokenize(dialogue))) {
                    nats -= logProbability;
                    tokens++;
                }
            }
            return Math.exp(nats / tokens);
        }
    }

    static List<String> dialogues() {
        try (InputStream text = requireNonNull(Perplexity.class.getResourceAsStream(TEXT), TEXT)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
