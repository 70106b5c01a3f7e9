package dev.tokenring.llm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs what is to be done for one session in the order in which it came, and for several sessions at the same time. A
 * session with more to do goes to the end of the queue each time, so that a busy one does not hold a thread for itself. A
 * session without anything to do takes no memory here. Safe for use by any thread.
 */
final class SessionLanes {
    private static final long IDLE_SECONDS = 1;

    /** What waits behind the work that a session has in the threads' hands; no entry for a session without any. */
    private final Map<String, Queue<Runnable>> waiting = new HashMap<>();

    private final ThreadPoolExecutor threads;

    SessionLanes(int parallel) {
        var count = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                parallel, parallel, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    var thread = new Thread(work, "tokenring-chat-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Does some work for a session when its turn has come; the work throws nothing. */
    void run(String session, Runnable work) {
        synchronized (waiting) {
            Queue<Runnable> lane = waiting.get(session);
            if (lane != null) {
                lane.add(work);
                return;
            }
            waiting.put(session, new ArrayDeque<>());
        }
        start(session, work);
    }

    private void start(String session, Runnable work) {
        threads.execute(() -> {
            try {
                work.run();
            } finally {
                startNext(session);
            }
        });
    }

    private void startNext(String session) {
        Runnable next;
        synchronized (waiting) {
            Queue<Runnable> lane = waiting.get(session);
            next = lane == null ? null : lane.poll();
            if (next == null) {
                waiting.remove(session);
            }
        }
        if (next != null) {
            start(session, next);
        }
    }

    /** How many sessions have something to do. */
    int busySessions() {
        synchronized (waiting) {
            return waiting.size();
        }
    }
}
