package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.thread.BusThread;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands out messages that it takes from an {@link Intake}, which it may share with others: on its loop's thread, or on an
 * executor's threads, several at once. A message's slot is free as soon as it was taken; while messages take less than a
 * microsecond each, slots are given back a few at a time.
 */
public final class TakingDispatcher<T> extends Dispatcher<T> {
    private static final VarHandle IN_HAND;

    static {
        try {
            IN_HAND = MethodHandles.lookup().findVarHandle(TakingDispatcher.class, "inHand", Delivery.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final int MAX_BATCH = 64;
    private static final int MAX_UNRELEASED = 32;
    private static final long SLOW_BATCH_NS = 50_000;

    private final Recipient<T> recipient;
    private final Intake<T> intake;
    private final @Nullable Executor executor;
    private final int maxRunning;
    private final Consumer<? super T> abandoned;
    private final int maxUnreleased;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private final Object counting = new Object();
    private volatile boolean stopped;
    private volatile long delivered;
    private boolean counted;
    private final Spares<T> spares;
    private boolean slow = true;

    /** What the loop's own thread is handling, stored without a fence; the executor's threads have their {@link Run}. */
    private volatile @Nullable Delivery<T> inHand;

    /** One message that is being handled on a thread of the executor. */
    private final class Run implements Runnable {
        final Delivery<T> delivery;
        private final Object bus;
        private final AtomicBoolean begun = new AtomicBoolean();
        volatile @Nullable Thread thread;

        Run(Delivery<T> delivery, Object bus) {
            this.delivery = delivery;
            this.bus = bus;
        }

        /** Of the executor's thread and the one that hears that there is none, true for the one that comes first. */
        boolean begin() {
            return begun.compareAndSet(false, true);
        }

        @Override
        public void run() {
            if (!begin()) {
                return;
            }
            thread = Thread.currentThread();
            Object before = BusThread.workFor(bus);
            try {
                if (handle(delivery) != Recipient.Fate.TAKEN_AWAY) {
                    running.remove(this);
                }
            } catch (Throwable defect) {
                running.remove(this);
                broke(defect);
            } finally {
                BusThread.workFor(before);
                wake();
            }
        }
    }

    TakingDispatcher(
            Recipient<T> recipient,
            Intake<T> intake,
            @Nullable Executor executor,
            int maxRunning,
            Consumer<? super T> abandoned) {
        super(recipient.topic(), recipient.subscription());
        this.recipient = recipient;
        this.intake = intake;
        this.executor = executor;
        this.maxRunning = maxRunning;
        this.abandoned = abandoned;
        this.maxUnreleased =
                Math.max(1, Math.min(MAX_UNRELEASED, intake.reader().ring().capacity() / 4));
        this.spares = new Spares<>(recipient.topic());
    }

    @Override
    Ring<T> ring() {
        return intake.reader().ring();
    }

    @Override
    int maxBatchSize() {
        return MAX_BATCH;
    }

    @Override
    int poll(Loop polling, int max) {
        int handled = 0;
        long startNs = 0;
        while (handled < max && !stopped && running.size() < maxRunning) {
            Delivery<T> next = intake.take(spares);
            if (next == null) {
                break;
            }
            if (handled == 0) {
                startNs = System.nanoTime();
            }
            if (slow || handled % maxUnreleased == 0) {
                intake.reader().release();
            }
            next.batchEndsAt(intake.isReady() ? Long.MAX_VALUE : next.sequence());
            boolean done = start(next, polling);
            handled++;
            if (polling.isSuspect() && !polling.goesOn()) {
                return handled;
            }
            if (done && !next.isReturned()) { // and it is still this thread that goes on
                spares.putIn(next);
            }
        }
        intake.reader().release();
        slow = handled > 0 && System.nanoTime() - startNs > SLOW_BATCH_NS;
        return handled == 0 && running.isEmpty() && (stopped || intake.isExhausted()) ? ENDED : handled;
    }

    /** Has a message handled; gives whether that is done, and the delivery free for another message. */
    private boolean start(Delivery<T> delivery, Loop polling) {
        Executor others = executor;
        if (others == null) {
            return handleHere(delivery);
        }
        var run = new Run(delivery, polling.bus());
        running.add(run);
        try {
            others.execute(run);
        } catch (Throwable noThread) { // a rejection, or whatever else an executor of the user's may throw
            if (run.begin()) {
                running.remove(run);
                delivery.brokenBy(noThread);
                handleHere(delivery);
            } else {
                broke(noThread);
            }
        }
        return false;
    }

    private boolean handleHere(Delivery<T> delivery) {
        IN_HAND.setRelease(this, delivery);
        Recipient.Fate fate = handle(delivery);
        if (fate == Recipient.Fate.TAKEN_AWAY) {
            return false;
        }
        IN_HAND.setRelease(this, null);
        if (fate != Recipient.Fate.HANDLED) {
            return false;
        }
        delivery.forget();
        return true;
    }

    /** Gives a message to the handler. */
    private Recipient.Fate handle(Delivery<T> delivery) {
        Recipient.Fate fate = recipient.deliverKept(delivery);
        if (fate == Recipient.Fate.UNWANTED) {
            intake.unwanted(delivery);
        }
        if (fate == Recipient.Fate.WAITS || fate == Recipient.Fate.TAKEN_AWAY) {
            return fate;
        }
        if (fate != Recipient.Fate.GIVEN_UP && !delivery.claim()) {
            return Recipient.Fate.TAKEN_AWAY; // before the handler came back
        }
        finished(delivery, fate != Recipient.Fate.UNWANTED);
        return fate;
    }

    private void finished(Delivery<T> delivery, boolean wanted) {
        synchronized (counting) {
            if (!counted) {
                intake.countFinished();
                delivered += wanted ? 1 : 0;
            }
        }
        intake.done(delivery);
    }

    @Override
    boolean isReady() {
        return (!stopped && running.size() < maxRunning && intake.isReady())
                || (running.isEmpty() && (stopped || intake.isExhausted()));
    }

    @Override
    void releaseSlots() {
        // Taking releases.
    }

    @Override
    public void stop() {
        stopped = true;
        wake();
    }

    @Override
    void leaveRing() {
        if (intake.leave(this)) {
            intake.reader().stop();
            intake.reader().leave();
            intake.retries().close();
        }
    }

    @Override
    public void abandonUnread() {
        Delivery<T> here = inHand;
        T busyWith = here == null ? null : here.keptOrNull();
        if (busyWith != null) {
            abandoned.accept(busyWith);
        }
        running.forEach(run -> abandoned.accept(run.delivery.kept()));
        intake.abandonUntaken(topic(), delivery -> abandoned.accept(delivery.kept()));
    }

    @Override
    public void interrupt() {
        super.interrupt();
        for (Run run : running) {
            Thread thread = run.thread;
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    @Override
    public boolean isOnOwnThread() {
        return super.isOnOwnThread() || running.stream().anyMatch(run -> run.thread == Thread.currentThread());
    }

    @Override
    public @Nullable Thread handlingThread(long handling) {
        Run run = runAt(handling);
        return run == null ? super.handlingThread(handling) : run.thread;
    }

    /** Who is at this message, if it is a thread of the executor. */
    private @Nullable Run runAt(long handling) {
        for (Run run : running) {
            if (run.thread != null && run.delivery.number() == handling) {
                return run;
            }
        }
        return null;
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public long lag() {
        return isDetached() ? 0 : intake.unfinished();
    }

    @Override
    public long handling() {
        Delivery<T> handled = inHand;
        return handled == null ? NOTHING : handled.number();
    }

    @Override
    public LongStream allHandling() {
        return executor == null
                ? super.allHandling()
                : LongStream.concat(
                        super.allHandling(),
                        running.stream().filter(run -> run.thread != null).mapToLong(run -> run.delivery.number()));
    }

    @Override
    public MessageContext inHand(long handling) {
        Run run = runAt(handling);
        Delivery<T> handled = run == null ? inHand : run.delivery;
        return handled == null ? new Delivery<>(topic()) : handled;
    }

    @Override
    public boolean divert(long handling, Throwable cause) {
        return giveUp(handling, cause, () -> {});
    }

    @Override
    public boolean leaveStuck(long handling, Throwable cause) {
        if (!giveUp(handling, cause, this::stop)) {
            return false;
        }
        if (intake.leave(this)) {
            intake.abandonUntaken(topic(), waiting -> abandon(waiting, cause));
        }
        detach();
        return true;
    }

    private void abandon(Delivery<T> waiting, Throwable cause) {
        if (recipient.wouldWant(waiting.kept())) {
            recipient.retries().abandoned(subscription(), waiting.kept(), waiting, cause);
        }
    }

    /** Gives up a message that a handler is stuck with, and does something else before anybody goes on. */
    private boolean giveUp(long handling, Throwable cause, Runnable thereupon) {
        Run run = runAt(handling);
        if (run != null) {
            if (!recipient.retries().takeAway(run.delivery)) {
                return false;
            }
            giveUp(run.delivery, cause, thereupon);
            running.remove(run);
            wake();
            return true;
        }
        Delivery<T> here = inHand;
        Loop busy = loop();
        return here != null
                && busy != null
                && busy.takeOver(this, handling, () -> recipient.retries().takeAway(here), () -> {
                    giveUp(here, cause, thereupon);
                    inHand = null;
                });
    }

    private void giveUp(Delivery<T> stuck, Throwable cause, Runnable thereupon) {
        recipient.retries().stuck(subscription(), stuck.kept(), stuck, cause);
        thereupon.run();
        finished(stuck, true);
    }

    @Override
    public long missed() {
        return intake.reader().missed();
    }

    @Override
    public Count leave() {
        synchronized (counting) {
            // A handler that is late with a message must not move it from one number to the other.
            counted = true;
        }
        long unread = isDetached() ? 0 : intake.unfinished();
        boolean last = intake.leave(this);
        if (last) {
            leaveRing();
        }
        return new Count(delivered, last ? unread : 0);
    }

    @Override
    public Retries<T> retries() {
        return recipient.retries();
    }

    @Override
    void broke(Throwable defect) {
        recipient.retries().broke(topic(), defect);
    }
}
