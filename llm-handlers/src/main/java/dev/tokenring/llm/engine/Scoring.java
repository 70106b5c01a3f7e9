package dev.tokenring.llm.engine;

import dev.tokenring.llm.FinishReason;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Logits for tokens that are there already: nothing is generated. What it needs of them it takes at once. */
final class Scoring implements Work {
    /** Takes the logits after tokens. */
    @FunctionalInterface
    interface Taker {
        /** Takes the logits, one row for each token from this place in the sequence on. */
        void take(float[] logits, int position);
    }

    private final Chunk.Wanted wanted;
    private final int length;
    private final int vocabularySize;
    private final Taker taker;
    private final CompletableFuture<FinishReason> ended = new CompletableFuture<>();

    Scoring(Chunk.Wanted wanted, int length, int vocabularySize, Taker taker) {
        this.wanted = wanted;
        this.length = length;
        this.vocabularySize = vocabularySize;
        this.taker = taker;
    }

    /** Complete when all logits were taken, or none will be any more. */
    CompletableFuture<FinishReason> ended() {
        return ended;
    }

    @Override
    public Chunk.Wanted wanted() {
        return wanted;
    }

    @Override
    public boolean isAnswer() {
        return false;
    }

    @Override
    public @Nullable FinishReason over() {
        return null;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void begin(int cachedTokens) {}

    @Override
    public @Nullable FinishReason take(Chunk computed, int position, Tokens tokens) {
        float[] logits = computed.logits();
        taker.take(logits, position);
        return position + logits.length / vocabularySize >= length ? FinishReason.STOP : null;
    }

    @Override
    public void end(FinishReason reason) {
        ended.complete(reason);
    }

    @Override
    public void fail(Throwable cause) {
        ended.completeExceptionally(cause);
    }
}
