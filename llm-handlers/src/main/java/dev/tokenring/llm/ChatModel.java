package dev.tokenring.llm;

import dev.tokenring.bus.AsyncReplies;
import java.util.List;
import java.util.function.Function;

/** What a chat needs of a model. Safe for use by any thread. */
interface ChatModel {
    /** What a conversation becomes a prompt with: one version of the model, the one that answers. */
    interface Prompter {
        int contextLength();

        GenerationOptions generation(ChatOptions options);

        int[] prompt(List<ChatMessage> messages, int reservedTokens);
    }

    /**
     * Generates for a request, at once or later; may call the listener before it returns.
     *
     * @param asking makes what it is asked; once more, if the version that was to answer is replaced before it has begun
     * @param request tells how urgent it is and whether it is still wanted
     * @param listener told on any thread, one call at a time
     */
    void generate(Function<? super Prompter, Asked> asking, AsyncReplies<?> request, Listener listener);

    /** What a version is asked. */
    final class Asked {
        final int[] prompt;
        final GenerationOptions options;

        Asked(int[] prompt, GenerationOptions options) {
            this.prompt = prompt;
            this.options = options;
        }
    }

    /** Listens to one answer. What it is told after the request is over does not matter. Throws nothing. */
    interface Listener {
        /** The next piece; the last one has a finish reason. */
        void said(Generation piece);

        /** There will be no further piece. */
        void failed(Throwable cause);
    }

    static ChatModel of(ModelSlot slot) {
        return (asking, request, listener) -> {
            Runnable gone = slot.use(model -> {
                Asked asked = asking.apply(prompterOf(model));
                return model.generate(
                        asked.prompt,
                        asked.options,
                        request.headers().priority(),
                        request.remaining().toNanos(),
                        new ChatReader(request, listener));
            });
            request.onCancel(gone);
        };
    }

    private static Prompter prompterOf(LanguageModel model) {
        return new Prompter() {
            @Override
            public int contextLength() {
                return model.contextLength();
            }

            @Override
            public GenerationOptions generation(ChatOptions options) {
                return options.generation(model);
            }

            @Override
            public int[] prompt(List<ChatMessage> messages, int reservedTokens) {
                return model.chatPrompt(messages, reservedTokens);
            }
        };
    }
}
