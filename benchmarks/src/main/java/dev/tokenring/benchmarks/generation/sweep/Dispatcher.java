package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.bus.AsyncHandler;
import dev.tokenring.bus.AsyncReplies;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Lets requests to the engine in batches: the next one when all of the last are over. What waits meanwhile waits in order. Of
 * too many, the one that has waited longest is turned away, for it has the least time left; the engine does the same.
 */
final class Dispatcher<Q, R> implements AsyncHandler<Q, R> {
    private record Waiting<Q, R>(Q request, AsyncReplies<R> replies) {}

    private final AsyncHandler<Q, R> engine;
    private final int mostTogether;
    private final int mostWaiting;
    private final Queue<Waiting<Q, R>> queue = new ArrayDeque<>();
    private int inEngine;

    Dispatcher(AsyncHandler<Q, R> engine, int mostTogether, int mostWaiting) {
        this.engine = engine;
        this.mostTogether = mostTogether;
        this.mostWaiting = mostWaiting;
    }

    @Override
    public void handle(Q request, AsyncReplies<R> replies) {
        synchronized (queue) {
            queue.add(new Waiting<>(request, replies));
        }
        startNext();
        turnAwayTheOldestOfTooMany();
    }

    private void startNext() {
        List<Waiting<Q, R>> batch = new ArrayList<>();
        synchronized (queue) {
            if (inEngine > 0) {
                return;
            }
            queue.removeIf(waiting -> waiting.replies.isOver());
            while (batch.size() < mostTogether && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            inEngine = batch.size();
        }
        batch.forEach(this::start);
    }

    private void start(Waiting<Q, R> waiting) {
        var replies = new WatchedReplies<>(waiting.replies, this::oneIsOver);
        try {
            engine.handle(waiting.request, replies);
        } catch (Exception refused) {
            replies.fail(refused);
        }
    }

    private void oneIsOver() {
        synchronized (queue) {
            inEngine--;
        }
        startNext();
    }

    private void turnAwayTheOldestOfTooMany() {
        Waiting<Q, R> oldest;
        synchronized (queue) {
            queue.removeIf(waiting -> waiting.replies.isOver());
            if (queue.size() <= mostWaiting) {
                return;
            }
            oldest = queue.remove();
        }
        oldest.replies.turnAway(mostWaiting + " requests wait already");
    }
}
