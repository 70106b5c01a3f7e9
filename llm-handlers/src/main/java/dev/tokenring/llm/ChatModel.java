package dev.tokenring.llm;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What a chat needs of a model. Safe for use by any thread. */
interface ChatModel {
    int contextLength();

    int[] prompt(List<ChatMessage> messages, int reservedTokens);

    Generation generate(
            int[] prompt, GenerationOptions options, Consumer<Generation> pieces, BooleanSupplier cancelled);

    static ChatModel of(LanguageModel model) {
        return new ChatModel() {
            @Override
            public int contextLength() {
                return model.contextLength();
            }

            @Override
            public int[] prompt(List<ChatMessage> messages, int reservedTokens) {
                return model.chatPrompt(messages, reservedTokens);
            }

            @Override
            public Generation generate(
                    int[] prompt, GenerationOptions options, Consumer<Generation> pieces, BooleanSupplier cancelled) {
                return model.generate(prompt, options, pieces, cancelled);
            }
        };
    }
}
