package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this project's engine generates, as text. */
final class OurAnswers {
    private OurAnswers() {}

    static List<String> of(ModelShape shape, Path folder, List<int[]> prompts, int newTokens) {
        var vocabulary = new CharacterVocabulary(shape.vocabularySize());
        var options = GenerationOptions.GREEDY.withMaxTokens(newTokens);
        var answers = new ArrayList<String>();
        try (LanguageModel model = LanguageModel.load(folder)) {
            for (int[] prompt : prompts) {
                List<Integer> ids = model.generate(prompt, options).tokenIds();
                answers.add(
                        vocabulary.text(ids.stream().mapToInt(Integer::intValue).toArray()));
            }
        }
        return answers;
    }
}
