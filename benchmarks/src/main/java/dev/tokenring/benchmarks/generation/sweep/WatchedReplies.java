package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Replies that tell, once, when the request is over, however it ends. */
final class WatchedReplies<R> implements AsyncReplies<R> {
    private final AsyncReplies<R> replies;
    private final Runnable over;
    private final AtomicBoolean told = new AtomicBoolean();

    WatchedReplies(AsyncReplies<R> replies, Runnable over) {
        this.replies = replies;
        this.over = over;
        replies.onCancel(this::tell);
    }

    private void tell() {
        if (told.compareAndSet(false, true)) {
            over.run();
        }
    }

    @Override
    public void complete() {
        replies.complete();
        tell();
    }

    @Override
    public void fail(Throwable cause) {
        replies.fail(cause);
        tell();
    }

    @Override
    public void turnAway(String detail) {
        replies.turnAway(detail);
        tell();
    }

    @Override
    public void onCancel(Runnable action) {
        replies.onCancel(action);
    }

    @Override
    public boolean send(R part) throws InterruptedException {
        return replies.send(part);
    }

    @Override
    public boolean hasRoom() {
        return replies.hasRoom();
    }

    @Override
    public void onRoom(Runnable action) {
        replies.onRoom(action);
    }

    @Override
    public Headers headers() {
        return replies.headers();
    }

    @Override
    public Duration remaining() {
        return replies.remaining();
    }

    @Override
    public boolean isOver() {
        return replies.isOver();
    }

    @Override
    public void run(Runnable work) {
        replies.run(work);
    }

    @Override
    public <V> V call(Supplier<V> work) {
        return replies.call(work);
    }
}
