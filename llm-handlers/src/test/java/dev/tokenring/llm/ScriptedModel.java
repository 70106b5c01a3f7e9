package dev.tokenring.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A model that says what a test tells it to, word by word, and remembers its prompts. A character is a token; a prompt reads
 * {@code user: … | assistant: … | user: …}.
 */
final class ScriptedModel implements ChatModel {
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
        return new ChatWindow(messages, encode).fit(contextLength - reservedTokens);
    }

    @Override
    public Generation generate(
            int[] prompt, GenerationOptions options, Consumer<Generation> pieces, BooleanSupplier cancelled) {
        String text = new String(prompt, 0, prompt.length);
        prompts.add(text);
        List<String> words;
        try {
            words = script.answer(text);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        var said = new ArrayList<Generation>();
        for (String word : words) {
            if (cancelled.getAsBoolean()) {
                return end(said, FinishReason.CANCELLED, pieces, prompt.length);
            }
            said.add(new Generation(word, List.of(said.size()), prompt.length, null));
            pieces.accept(said.get(said.size() - 1));
            afterWord.accept(word);
        }
        return end(said, cancelled.getAsBoolean() ? FinishReason.CANCELLED : FinishReason.STOP, pieces, prompt.length);
    }

    private static Generation end(
            List<Generation> said, FinishReason reason, Consumer<Generation> pieces, int promptTokens) {
        var last = new Generation("", List.of(), promptTokens, reason);
        pieces.accept(last);
        said.add(last);
        return said.stream().reduce(Generation::append).orElseThrow();
    }
}
