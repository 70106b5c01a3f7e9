package dev.tokenring.llm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Does what is to be done for one session in the order in which it came, one after the other, and for several sessions at
 * the same time. Work may end later than its call does, so that what only waits for a model takes no thread. A session
 * without anything to do takes no memory here. Safe for use by any thread.
 */
final class SessionLanes {
    /** How many threads there are at most; each ends when it has had nothing to do for a second. */
    static final int THREADS = 16;

    private static final long IDLE_SECONDS = 1;

    /** What waits behind the work at which a session is; no entry for a session without any. */
    private final Map<String, Queue<Consumer<Runnable>>> waiting = new HashMap<>();

    private final ThreadPoolExecutor threads;

    SessionLanes() {
        var count = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    var thread = new Thread(work, "tokenring-chat-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Begins work for a session when its turn has come.
     *
     * @param work throws nothing; is given what it is to run, once, when it is done
     */
    void begin(String session, Consumer<Runnable> work) {
        synchronized (waiting) {
            Queue<Consumer<Runnable>> lane = waiting.get(session);
            if (lane != null) {
                lane.add(work);
                return;
            }
            waiting.put(session, new ArrayDeque<>());
        }
        start(session, work);
    }

    private void start(String session, Consumer<Runnable> work) {
        threads.execute(() -> work.accept(() -> startNext(session)));
    }

    private void startNext(String session) {
        Consumer<Runnable> next;
        synchronized (waiting) {
            Queue<Consumer<Runnable>> lane = waiting.get(session);
            next = lane == null ? null : lane.poll();
            if (next == null) {
                waiting.remove(session);
            }
        }
        if (next != null) {
            start(session, next);
        }
    }

    /** Goes on with work on a thread of the lanes. */
    void goOn(Runnable rest) {
        threads.execute(rest);
    }

    /** How many sessions have something to do. */
    int busySessions() {
        synchronized (waiting) {
            return waiting.size();
        }
    }
}
