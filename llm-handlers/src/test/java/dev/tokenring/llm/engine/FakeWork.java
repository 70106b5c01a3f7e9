package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Takes the likeliest token each time, and checks what a scheduler owes to a sequence. */
final class FakeWork implements Work {
    final FakeModel model;
    final int[] prompt;
    final int maxTokens;
    final int priority;
    final long askedNs;
    final long deadlineNs;
    final List<Integer> ids = new ArrayList<>();

    BooleanSupplier cancelled = () -> false;
    BooleanSupplier room = () -> true;
    private boolean askedRoom = true;
    int cachedTokens = -1;
    long arrivedNs;
    long beganNs = -1;
    long firstTokenNs = -1;
    long endedNs = -1;

    @Nullable FinishReason reason;

    @Nullable Throwable failure;

    private boolean toldOver;

    FakeWork(FakeModel model, int[] prompt, int maxTokens, int priority, long deadlineNs) {
        this.model = model;
        this.prompt = prompt;
        this.maxTokens = maxTokens;
        this.priority = priority;
        this.askedNs = model.nowNs;
        this.deadlineNs = deadlineNs;
    }

    Sequence sequence(int order) {
        return new Sequence(this, prompt, prompt.length + maxTokens, priority, deadlineNs, askedNs, order);
    }

    boolean isOver() {
        return reason != null || failure != null;
    }

    @Override
    public Chunk.Wanted wanted() {
        return Chunk.Wanted.LAST;
    }

    @Override
    public boolean isAnswer() {
        return true;
    }

    @Override
    public @Nullable FinishReason over() {
        assertThat(isOver()).isFalse();
        toldOver |= cancelled.getAsBoolean();
        return toldOver ? FinishReason.CANCELLED : null;
    }

    @Override
    public boolean hasRoom() {
        askedRoom = room.getAsBoolean();
        return askedRoom;
    }

    @Override
    public void begin(int cached) {
        assertThat(cachedTokens).as("begun twice").isEqualTo(-1);
        cachedTokens = cached;
        beganNs = model.nowNs;
    }

    @Override
    public @Nullable FinishReason take(Chunk computed, int position, Tokens tokens) {
        float[] logits = computed.logits();
        assertThat(isOver()).as("a token after the end").isFalse();
        assertThat(toldOver).as("a step for nobody").isFalse();
        assertThat(askedRoom).as("a step without room").isTrue();
        assertThat(model.stepBeganNs).as("a step after the deadline").isLessThan(deadlineNs);
        assertThat(position).isEqualTo(tokens.size() - 1);
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        tokens.add(best);
        ids.add(best);
        if (firstTokenNs < 0) {
            firstTokenNs = model.nowNs;
        }
        return ids.size() == maxTokens ? FinishReason.LENGTH : null;
    }

    @Override
    public void end(FinishReason why) {
        assertThat(isOver()).as("ended twice").isFalse();
        reason = why;
        endedNs = model.nowNs;
    }

    @Override
    public void fail(Throwable cause) {
        assertThat(isOver()).as("ended twice").isFalse();
        failure = cause;
        endedNs = model.nowNs;
    }
}
