package dev.tokenring.llm;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import dev.tokenring.llm.engine.Reader;
import java.util.function.BiFunction;

/** Whoever asked on the bus, as the reader of an answer: through the replies comes what is wanted, and how much of it. */
final class RepliesReader<R> implements Reader {
    private final AsyncReplies<R> replies;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;

    RepliesReader(AsyncReplies<R> replies, BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        this.replies = replies;
        this.reply = reply;
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
            replies.send(reply.apply(piece, replies.headers()));
        } catch (InterruptedException byUserCode) {
            Thread.currentThread().interrupt();
            replies.fail(byUserCode);
            return;
        }
        if (piece.finishReason() != null) {
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
