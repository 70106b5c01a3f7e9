package dev.tokenring.llm;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.llm.engine.Reader;

/** Whoever listens to a turn of a chat, as the reader of an answer. */
final class ChatReader implements Reader {
    private final AsyncReplies<?> request;
    private final ChatModel.Listener listener;

    ChatReader(AsyncReplies<?> request, ChatModel.Listener listener) {
        this.request = request;
        this.listener = listener;
    }

    @Override
    public boolean isGone() {
        return request.isOver();
    }

    @Override
    public boolean hasRoom() {
        return request.isOver() || request.hasRoom();
    }

    @Override
    public void onRoom(Runnable action) {
        request.onRoom(action);
    }

    @Override
    public void read(Generation piece) {
        listener.said(piece);
    }

    @Override
    public void failed(Throwable cause) {
        listener.failed(cause);
    }
}
