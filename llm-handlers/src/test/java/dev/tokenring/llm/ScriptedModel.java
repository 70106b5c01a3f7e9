package dev.tokenring.llm;

import dev.tokenring.bus.AsyncReplies;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A model that says what a test tells it to, word by word, and remembers its prompts. A character is a token; a prompt reads
 * {@code user: … | assistant: … | user: …}.
 */
final class ScriptedModel implements ChatModel, ChatModel.Prompter {
    /** What a model does with a prompt: gives words, or throws; it may wait. */
    interface Script {
        List<String> answer(String prompt) throws Exception;
    }

    final List<String> prompts = new CopyOnWriteArrayList<>();
    private final int contextLength;
    private volatile Script script = prompt -> List.of("answer ", String.valueOf(prompts.size()));
    private volatile Consumer<String> afterWord = word -> {};

    ScriptedModel(int contextLength) {
        this.contextLength = contextLength;
    }

    void says(Script newScript) {
        script = newScript;
    }

    void afterEachWord(Consumer<String> action) {
        afterWord = action;
    }

    String lastPrompt() {
        return prompts.get(prompts.size() - 1);
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int[] prompt(List<ChatMessage> messages, int reservedTokens) {
        Function<List<ChatMessage>, int[]> encode = turns -> turns.stream()
                .map(turn -> turn.role() + ": " + turn.content())
                .collect(Collectors.joining(" | "))
                .chars()
                .toArray();
        return new ChatWindow(messages, encode).fit(contextLength, reservedTokens);
    }

    @Override
    public GenerationOptions generation(ChatOptions options) {
        return options.generation(null);
    }

    @Override
    public void generate(Function<? super Prompter, Asked> asking, AsyncReplies<?> request, Listener listener) {
        int[] prompt = asking.apply(this).prompt;
        String text = new String(prompt, 0, prompt.length);
        prompts.add(text);
        List<String> words;
        try {
            words = script.answer(text);
        } catch (Exception e) {
            listener.failed(e);
            return;
        }
        for (int i = 0; i < words.size() && !request.isOver(); i++) {
            listener.said(
                    new Generation(words.get(i), List.of(i), List.of(), new Usage(prompt.length, 0, i + 1), null));
            afterWord.accept(words.get(i));
        }
        FinishReason reason = request.isOver() ? FinishReason.CANCELLED : FinishReason.STOP;
        listener.said(new Generation("", List.of(), List.of(), new Usage(prompt.length, 0, words.size()), reason));
    }
}
