package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.ring.RingReader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of a group take their messages from: each message goes to one of them, and none waits for another.
 * A subscription that is no group has an intake for itself.
 *
 * <p>Safe for use by any thread.
 */
public abstract sealed class Intake<T> permits FirstComeIntake, KeyedIntake, UrgentFirstIntake {
    final RingReader<T> reader;
    final Retries<T> retries;
    private final LongAdder voids = new LongAdder();
    private final LongAdder finished = new LongAdder();
    private boolean closed;
    private final List<TakingDispatcher<T>> members = new CopyOnWriteArrayList<>();

    Intake(RingReader<T> reader, Retries<T> retries) {
        this.reader = reader;
        this.retries = retries;
        reader.readBy(this::isOnThreadOfMember);
        retries.wakes(this::wakeMembers);
        retries.whenRedriven(finished::decrement);
    }

    /**
     * Makes an intake.
     *
     * @param key keeps the messages of a key in order, if not null
     * @param urgentFirst whether to take the most urgent first, if there is no key
     * @param maxWaiting how many messages may wait for their key or their turn
     */
    public static <T> Intake<T> of(
            RingReader<T> reader,
            Retries<T> retries,
            @Nullable Function<? super T, ?> key,
            boolean urgentFirst,
            int maxWaiting) {
        if (key != null) {
            return new KeyedIntake<>(reader, retries, key, maxWaiting);
        }
        return urgentFirst
                ? new UrgentFirstIntake<>(reader, retries, maxWaiting)
                : new FirstComeIntake<>(reader, retries);
    }

    /**
     * Takes a message that may be handled now.
     *
     * @param spares for what is taken from the ring, which may be another message, if that has to wait
     * @return the message, kept; null if there is none
     */
    @Nullable Delivery<T> take(Spares<T> spares) {
        for (Delivery<T> due = retries.poll(); due != null; due = retries.poll()) {
            if (mayComeBack(due)) {
                return due;
            }
        }
        Delivery<T> next = takeTurn();
        return next != null || !retries.hasRoom() ? next : takeNew(spares);
    }

    /** Whether a message that comes back may be handled at once; if not, it comes when it may. */
    boolean mayComeBack(Delivery<T> due) {
        return true;
    }

    /** Takes what waited here until its turn has come; it needs no more room. */
    @Nullable Delivery<T> takeTurn() {
        return null;
    }

    /** Whether {@link #takeTurn} would find something. */
    boolean isTurn() {
        return false;
    }

    abstract @Nullable Delivery<T> takeNew(Spares<T> spares);

    /** Whether {@link #take} would find something. */
    boolean isReady() {
        return retries.anyDue() || isTurn() || (retries.hasRoom() && isNewReady());
    }

    abstract boolean isNewReady();

    /** Counts a message that a member is done with, whether the member is still here or has left in the middle of it. */
    final void countFinished() {
        finished.increment();
    }

    /** Takes note that a message is done with, for good. */
    void done(Delivery<T> delivery) {}

    /** Whether everything that will ever come has been taken. */
    boolean isExhausted() {
        return reader.isAtEnd() && retries.waiting() == 0;
    }

    /** Takes note of a message that the filter did not let through. */
    void unwanted(Delivery<T> delivery) {}

    /** Takes from the ring what is there for a handler; the slots are given back by who takes, when it is time. */
    final @Nullable Delivery<T> takeFromRing(Spares<T> spares) {
        Delivery<T> into = spares.ready();
        while (reader.takeUnreleased(into)) {
            if (!into.isVoid()) {
                spares.takeOut();
                return into;
            }
            voids.increment();
        }
        return null;
    }

    /**
     * Adds a member.
     *
     * @param executor whose threads call the handler; null for those of the member's loop
     * @param maxRunning how many messages may be handled at once, if there is an executor
     * @param abandoned gets what the handler was not done with when it was stopped
     * @return the member, or null if the last of the others has just left
     */
    public synchronized @Nullable TakingDispatcher<T> newMember(
            Recipient<T> recipient, @Nullable Executor executor, int maxRunning, Consumer<? super T> abandoned) {
        if (closed) {
            return null;
        }
        var member = new TakingDispatcher<T>(recipient, this, executor, maxRunning, abandoned);
        members.add(member);
        return member;
    }

    /** Takes a member out; gives whether it was the last. */
    synchronized boolean leave(TakingDispatcher<T> member) {
        if (members.remove(member)) {
            wakeMembers();
        }
        closed = members.isEmpty();
        return closed;
    }

    private boolean isOnThreadOfMember() {
        for (TakingDispatcher<T> member : members) {
            if (member.isOnOwnThread()) {
                return true;
            }
        }
        return false;
    }

    final void wakeMembers() {
        members.forEach(Dispatcher::wake);
    }

    /** How many messages were published and are not done with. */
    final long unfinished() {
        // First those: what is finished meanwhile may count as unfinished, but nothing that is published as finished.
        long over = voids.sum() + finished.sum() + reader.missed();
        return Math.max(0, reader.publishedCount() - over);
    }

    /** Hands over what no member has taken. */
    final void abandonUntaken(String topic, Consumer<Delivery<T>> abandoned) {
        reader.takeAll(() -> new Delivery<T>(topic), taken -> {
            if (!taken.isVoid()) {
                abandoned.accept(taken);
            }
        });
        abandonWaiting(abandoned);
    }

    /** Hands over what was taken from the ring and waits here. */
    void abandonWaiting(Consumer<Delivery<T>> abandoned) {}

    /** Whether nobody is a member any more. */
    public synchronized boolean isClosed() {
        return closed;
    }

    RingReader<T> reader() {
        return reader;
    }

    /** What becomes of messages that the members' handlers fail on. */
    public Retries<T> retries() {
        return retries;
    }
}
