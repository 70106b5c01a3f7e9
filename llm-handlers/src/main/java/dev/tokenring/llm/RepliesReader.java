package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import dev.tokenring.llm.engine.Reader;
import java.util.function.BiFunction;

/**
 * Whoever asked on the bus, as the reader of an answer, or of several: through the replies comes what is wanted, and how
 * much of it.
 */
final class RepliesReader<R> implements Reader {
    static final String NO_REPLY = "the function for the reply gave null for a piece";

    private final AsyncReplies<R> replies;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;

    private int unfinished;

    RepliesReader(
            AsyncReplies<R> replies, BiFunction<? super Generation, ? super Headers, ? extends R> reply, int samples) {
        this.replies = replies;
        this.reply = reply;
        this.unfinished = samples;
    }

    @Override
    public boolean isGone() {
        return replies.isOver();
    }

    @Override
    public boolean hasRoom() {
        return replies.isOver() || replies.hasRoom();
    }

    @Override
    public void onRoom(Runnable action) {
        replies.onRoom(action);
    }

    @Override
    public void read(Generation piece) {
        try {
            replies.send(requireNonNull(reply.apply(piece, replies.headers()), NO_REPLY));
        } catch (InterruptedException byUserCode) {
            Thread.currentThread().interrupt();
            replies.fail(byUserCode);
            return;
        }
        if (piece.finishReason() == FinishReason.CANCELLED) {
            replies.fail(Lifetime.cutShort());
        } else if (piece.finishReason() != null && --unfinished == 0) {
            replies.complete();
        }
    }

    @Override
    public void failed(Throwable cause) {
        if (cause instanceof OverloadedException) {
            replies.turnAway(String.valueOf(cause.getMessage()));
        } else {
            replies.fail(cause);
        }
    }
}
