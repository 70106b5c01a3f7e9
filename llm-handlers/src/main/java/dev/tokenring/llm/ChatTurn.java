package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * One answer of a model on its way to whoever asked. It ends once: with its last piece, with a failure, or when the request is
 * over before that.
 */
final class ChatTurn<R> implements ChatModel.Listener {
    private final AsyncReplies<R> replies;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;
    private final Consumer<Runnable> end;
    private final Consumer<String> keep;
    private final StringBuilder text = new StringBuilder();
    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * Makes a turn.
     *
     * @param end takes what is left to do, on a thread that may wait, before the session goes on
     * @param keep keeps the whole answer
     */
    ChatTurn(
            AsyncReplies<R> replies,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply,
            Consumer<Runnable> end,
            Consumer<String> keep) {
        this.replies = replies;
        this.reply = reply;
        this.end = end;
        this.keep = keep;
    }

    /** To be called before the model is asked. */
    void begin() {
        replies.onCancel(() -> endWith(() -> {}));
    }

    @Override
    public void said(Generation piece) {
        if (ended.get()) {
            return;
        }
        try {
            text.append(piece.text());
            replies.send(requireNonNull(reply.apply(piece, replies.headers()), RepliesReader.NO_REPLY));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            failed(interruption);
        } catch (Throwable byUserCode) {
            failed(byUserCode);
        }
        if (piece.finishReason() != null) {
            boolean whole = piece.finishReason() != FinishReason.CANCELLED;
            endWith(() -> complete(whole));
        }
    }

    private void complete(boolean whole) {
        try {
            if (whole) {
                keep.accept(text.toString());
                replies.complete();
            } else {
                replies.fail(Lifetime.cutShort());
            }
        } catch (Throwable failure) {
            replies.fail(failure);
        }
    }

    @Override
    public void failed(Throwable cause) {
        endWith(() -> {
            if (cause instanceof OverloadedException) {
                replies.turnAway(String.valueOf(cause.getMessage()));
            } else {
                replies.fail(cause);
            }
        });
    }

    private void endWith(Runnable rest) {
        if (ended.compareAndSet(false, true)) {
            end.accept(rest);
        }
    }
}
