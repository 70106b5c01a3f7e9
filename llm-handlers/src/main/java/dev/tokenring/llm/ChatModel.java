package dev.tokenring.llm;

import dev.tokenring.bus.AsyncReplies;
import java.util.List;

/** What a chat needs of a model. Safe for use by any thread. */
interface ChatModel {
    int contextLength();

    int[] prompt(List<ChatMessage> messages, int reservedTokens);

    /**
     * Generates for a request, at once or later; may call the listener before it returns.
     *
     * @param request tells how urgent it is and whether it is still wanted
     * @param listener told on any thread, one call at a time
     */
    void generate(int[] prompt, GenerationOptions options, AsyncReplies<?> request, Listener listener);

    /** Listens to one answer. What it is told after the request is over does not matter. Throws nothing. */
    interface Listener {
        /** The next piece; the last one has a finish reason. */
        void said(Generation piece);

        /** There will be no further piece. */
        void failed(Throwable cause);
    }

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
            public void generate(int[] prompt, GenerationOptions options, AsyncReplies<?> request, Listener listener) {
                Runnable gone = model.generate(
                        prompt,
                        options,
                        request.headers().priority(),
                        request.remaining().toNanos(),
                        new ChatReader(request, listener));
                request.onCancel(gone);
            }
        };
    }
}
