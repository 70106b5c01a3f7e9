package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.ring.RingReader;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hands out messages so that those of one key are handled one after the other, in the order of the ring, whoever handles
 * them. A key is busy from the moment its message is handed out until that is done with, its retries included; what comes
 * for a busy key waits in a queue of its own, and whoever asks next gets what comes after it. So members can join and
 * leave at any time: no key belongs to any of them.
 *
 * <pre>
 *   ring  … a5 b4 a4 c1 a3 b3 ──► a1 handed out: busy ── a2 a3 a4 wait
 *                                 b2 handed out: busy ── b3 b4 wait
 *                                 c1 goes to whoever asks next
 * </pre>
 *
 * <p>One lock guards it all: taking from the ring and queueing must be one step, or two members that take neighbours could
 * queue them the wrong way round.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // counted under the lock, read without it
final class KeyedIntake<T> extends Intake<T> {
    private final Function<? super T, ?> keyOf;
    private final int maxWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Object, Queue<Delivery<T>>> busy = new HashMap<>();
    private final Queue<Delivery<T>> turn = new ArrayDeque<>();
    private volatile int waiting;
    private volatile boolean anyTurn;

    KeyedIntake(RingReader<T> reader, Retries<T> retries, Function<? super T, ?> keyOf, int maxWaiting) {
        super(reader, retries);
        this.keyOf = keyOf;
        this.maxWaiting = maxWaiting;
    }

    /**
     * A message that is redriven waits for its key like a new one, and so does one whose key could not be found out before;
     * one that is retried has never let go of its key.
     */
    @Override
    boolean mayComeBack(Delivery<T> due) {
        if (due.attempt() > 1 && due.key() != null) {
            return true;
        }
        lock.lock();
        try {
            Queue<Delivery<T>> behind = takeKey(due);
            if (behind == null) {
                return true;
            }
            retries.waits(due);
            behind.add(due);
            waiting++;
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    boolean isTurn() {
        return anyTurn;
    }

    @Override
    @Nullable Delivery<T> takeTurn() {
        if (!anyTurn) {
            return null;
        }
        lock.lock();
        try {
            for (Delivery<T> next = turn.poll(); next != null; next = turn.poll()) {
                anyTurn = !turn.isEmpty();
                if (!next.isReturned() || retries.resumes(next)) {
                    return next;
                }
                done(next);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    @Nullable Delivery<T> takeNew(Spares<T> spares) {
        lock.lock();
        try {
            while (waiting < maxWaiting) {
                Delivery<T> taken = takeFromRing(spares);
                Queue<Delivery<T>> behind = taken == null ? null : takeKey(taken);
                if (behind == null) {
                    return taken;
                }
                behind.add(taken);
                waiting++;
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a message's key for it. If that can't be found out, or compared, the message is broken, and keeps nobody
     * waiting.
     *
     * @return where to wait if the key is busy; null if the message has its key now, or belongs to none
     */
    private @Nullable Queue<Delivery<T>> takeKey(Delivery<T> taken) {
        try {
            Object key = keyOf.apply(taken.kept());
            Queue<Delivery<T>> behind = key == null ? null : busy.get(key);
            if (behind == null && key != null) {
                busy.put(key, new ArrayDeque<>(0));
            }
            taken.key(key);
            return behind;
        } catch (Throwable usersOwn) {
            taken.key(null);
            taken.brokenBy(usersOwn);
            return null;
        }
    }

    @Override
    boolean isNewReady() {
        return waiting < maxWaiting && reader.isReady();
    }

    @Override
    void done(Delivery<T> delivery) {
        Object key = delivery.key();
        if (key == null) {
            return;
        }
        lock.lock();
        try {
            Queue<Delivery<T>> behind = busy.get(key);
            Delivery<T> next = behind == null ? null : behind.poll();
            if (next == null) {
                busy.remove(key);
                return;
            }
            waiting--;
            turn.add(next);
            anyTurn = true;
        } finally {
            lock.unlock();
        }
        wakeMembers();
    }

    @Override
    void abandonWaiting(Consumer<Delivery<T>> abandoned) {
        lock.lock();
        try {
            abandonNew(turn, abandoned);
            turn.clear();
            anyTurn = false;
            for (Queue<Delivery<T>> behind : busy.values()) {
                abandonNew(behind, abandoned);
                behind.clear();
            }
            waiting = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Those that come back are given up with all others that do. */
    private static <T> void abandonNew(Queue<Delivery<T>> some, Consumer<Delivery<T>> abandoned) {
        some.stream().filter(one -> !one.isReturned()).forEach(abandoned);
    }

    @Override
    boolean isExhausted() {
        return super.isExhausted() && waiting == 0 && !anyTurn;
    }
}
