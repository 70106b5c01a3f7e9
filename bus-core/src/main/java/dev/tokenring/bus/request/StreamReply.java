package dev.tokenring.bus.request;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Replies;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.thread.Scope;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request whose caller reads a stream of parts, at its own pace.
 *
 * <p>The lock guards the buffer, the demand and the way the stream ends; the subscriber is never called under it. Whoever
 * changes one of them calls {@link #drain}, and the thread that finds nobody delivering becomes the one that delivers, so
 * the subscriber's methods are called one after the other, and a subscriber that asks for more from within
 * {@code onNext} does not recurse.
 */
public final class StreamReply<Q, R> extends Exchange<Q, R> implements Flow.Subscription {
    private final Flow.Subscriber<? super R> subscriber;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Queue<R> buffer = new ArrayDeque<>();
    private @Nullable Runnable whenRoom;
    private long demand;
    private boolean delivering = true;
    private boolean complete;
    private @Nullable Throwable failure;
    private boolean closed;

    public StreamReply(
            Terms<R> terms,
            Q request,
            Headers headers,
            long askedNs,
            long deadlineNs,
            Flow.Subscriber<? super R> subscriber) {
        super(terms, request, headers, askedNs, deadlineNs);
        this.subscriber = subscriber;
    }

    /** Greets the subscriber; what it asks for meanwhile is delivered after that. To be called once, before the rest. */
    public void begin() {
        try {
            subscriber.onSubscribe(this);
        } catch (Throwable subscribersOwn) {
            threw(subscribersOwn);
        }
        deliverAll();
    }

    @Override
    public boolean send(R part) throws InterruptedException {
        requireNonNull(part, "part");
        lock.lockInterruptibly();
        try {
            while (!isOver() && buffer.size() >= Replies.BUFFER_SIZE) {
                refuseToWaitForItself();
                // The request may end without anybody touching this lock; the deadline bounds the wait all the same.
                room.await(Math.max(1, remaining().toNanos()), TimeUnit.NANOSECONDS);
            }
            if (isOver()) {
                return false;
            }
            if (delivering || demand == 0 || !buffer.isEmpty()) {
                buffer.add(part);
                return true; // whoever is delivering finds it, and so does whoever asks for more
            }
            demand--;
            delivering = true;
        } finally {
            lock.unlock();
        }
        deliver(part);
        deliverAll();
        return !isOver();
    }

    private void refuseToWaitForItself() {
        if (terms().surroundings().isStepping()) {
            throw new IllegalStateException(
                    "the reader of the stream has not asked for more than the " + Replies.BUFFER_SIZE
                            + " parts that wait for it, and can't while this thread, which steps the bus, waits for that: have it"
                            + " ask for more, or send only while there is room");
        }
    }

    @Override
    public boolean hasRoom() {
        lock.lock();
        try {
            return buffer.size() < Replies.BUFFER_SIZE;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onRoom(Runnable action) {
        lock.lock();
        try {
            if (buffer.size() >= Replies.BUFFER_SIZE) {
                whenRoom = action;
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    @Override
    void handlerReturned(R whole) throws InterruptedException {
        send(whole);
        handlerReturned();
    }

    @Override
    void handlerReturned() {
        if (end(true)) {
            underLock(() -> complete = true);
            drain();
        }
    }

    @Override
    void deliverFailure(RequestException failed) {
        // What was sent before the handler failed still counts; nothing else waits for the reader's demand.
        underLock(() -> {
            failure = failed;
            if (failed.failure() != RequestFailure.HANDLER_FAILED) {
                buffer.clear();
            }
            room.signalAll();
        });
        drain();
    }

    @Override
    public void request(long parts) {
        if (parts <= 0) {
            refuse(new IllegalArgumentException(
                    "the subscriber asked for " + parts + " parts: ask for 1 or more (Reactive Streams, rule 3.9)"));
            return;
        }
        underLock(() -> demand = demand + parts < 0 ? Long.MAX_VALUE : demand + parts);
        drain();
    }

    /** Ends the stream at once, for something that its subscriber did wrong. */
    public void refuse(Throwable wrong) {
        cancelled();
        underLock(() -> {
            failure = wrong;
            buffer.clear();
            room.signalAll();
        });
        drain();
    }

    @Override
    public void cancel() {
        cancelled();
        underLock(() -> {
            closed = true;
            buffer.clear();
            room.signalAll();
        });
    }

    private void underLock(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        lock.lock();
        try {
            if (delivering) {
                return;
            }
            delivering = true;
        } finally {
            lock.unlock();
        }
        deliverAll();
    }

    /** Delivers what is there and wanted, and notes then that nobody is delivering any more. */
    private void deliverAll() {
        for (R part = nextPart(); part != null; part = nextPart()) {
            deliver(part);
        }
    }

    /** Takes the next part; null if there is none to be delivered now, and the end has been told if it has come. */
    private @Nullable R nextPart() {
        R part = null;
        Runnable madeRoom = null;
        Throwable cause;
        lock.lock();
        try {
            cause = failure;
            if (!closed && demand > 0 && !buffer.isEmpty()) {
                demand--;
                room.signal();
                part = buffer.remove();
                madeRoom = whenRoom;
                whenRoom = null;
            } else if (closed || !buffer.isEmpty() || (!complete && cause == null)) {
                delivering = false;
                return null;
            } else {
                closed = true; // and delivering for ever: nothing comes after this
            }
        } finally {
            lock.unlock();
        }
        if (madeRoom != null) {
            runQuietly(madeRoom);
        }
        if (part == null) {
            tellEnd(cause);
        }
        return part;
    }

    private void tellEnd(@Nullable Throwable cause) {
        Object handled = Scope.enter(null);
        try {
            if (cause == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(cause);
            }
        } catch (Throwable subscribersOwn) {
            threw(subscribersOwn);
        } finally {
            Scope.enter(handled);
        }
    }

    /** What the subscriber does is no part of what is being handled on this thread. */
    private void deliver(R part) {
        Object handled = Scope.enter(null);
        try {
            subscriber.onNext(part);
        } catch (Throwable subscribersOwn) {
            threw(subscribersOwn);
        } finally {
            Scope.enter(handled);
        }
    }

    /** Reactive Streams, rule 2.13: a subscriber that throws has cancelled. */
    private void threw(Throwable subscribersOwn) {
        cancel();
        terms().surroundings().userCodeThrew(terms().service(), subscribersOwn);
    }
}
