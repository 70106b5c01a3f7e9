package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.Penalties;
import dev.tokenring.llm.constraint.Grammar;
import dev.tokenring.llm.constraint.Guide;
import dev.tokenring.llm.constraint.TokenConstraint;
import dev.tokenring.llm.model.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that wants nothing but what is forbidden gets nothing of it. */
class ConstrainedSamplerTest {
    private static final int END = 0;
    private static final String REGEX = "\\{\"n\": -?[0-9]{1,5}(?:, \"n\": [a-z]{2,})*\\}";
    private static final Vocabulary VOCABULARY = vocabulary();

    private static Vocabulary vocabulary() {
        List<byte[]> bytesById = new ArrayList<>();
        bytesById.add(new byte[0]);
        for (char character = ' '; character < 127; character++) {
            bytesById.add(new byte[] {(byte) character});
        }
        for (String piece : List.of("{\"", "n\": ", "\": -", "12", "abc", ", \"", "z}", "}}", "9}")) {
            bytesById.add(piece.getBytes(StandardCharsets.UTF_8));
        }
        return new Vocabulary(bytesById);
    }

    static List<GenerationOptions> everyWay() {
        GenerationOptions greedy = GenerationOptions.GREEDY;
        GenerationOptions sampled = greedy.withTemperature(1);
        return List.of(
                greedy,
                sampled,
                sampled.withTopK(3),
                sampled.withTopP(0.5),
                sampled.withMinP(0.5),
                greedy.withLogitBias(Map.of(1, 100.0, 40, 100.0)),
                sampled.withPenalties(new Penalties(2, 1, 1)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void theForbiddenIsNeverChosenHoweverMuchItIsWanted(GenerationOptions options) {
        var constraint = new TokenConstraint(Grammar.regex(REGEX), VOCABULARY, Set.of(END));
        var random = new Random(6);
        for (int round = 0; round < 300; round++) {
            int tokens = constraint.start().distance() + random.nextInt(12);
            var guide = new Guide(constraint, tokens);
            var sampler = new Sampler(options.withSeed(round), 0, new int[] {3, 4}, guide);
            var text = new StringBuilder();
            int id = -1;
            for (int i = 0; i < tokens && id != END && !sampler.isComplete(); i++) {
                id = sampler.choose(perverse(guide, random));
                sampler.accept(id);
                text.append(new String(VOCABULARY.bytes(id), StandardCharsets.UTF_8));
            }
            assertThat(text.toString()).matches(REGEX);
        }
    }

    /** What is forbidden is wanted with certainty; what is allowed is a number, or impossible, or no number. */
    private static float[] perverse(Guide guide, Random random) {
        float[] logits = new float[VOCABULARY.size()];
        Arrays.fill(logits, Float.POSITIVE_INFINITY);
        float[] ofTheAllowed = {(float) random.nextGaussian(), Float.NEGATIVE_INFINITY, Float.NaN};
        for (int id = guide.allowed().next(0); id >= 0; id = guide.allowed().next(id + 1)) {
            logits[id] = ofTheAllowed[random.nextInt(ofTheAllowed.length)];
        }
        return logits;
    }
}
