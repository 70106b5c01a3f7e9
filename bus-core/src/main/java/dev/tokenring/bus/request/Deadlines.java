package dev.tokenring.bus.request;

import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Ends the requests whose deadline has passed. No timer is armed for a request: most end in time, and to arm one and
 * disarm it again would be the dearest part of asking. Instead this looks, now and then, at all requests that are open,
 * and it knows when to look next: not after the earliest deadline among them.
 *
 * <pre>
 *   deadlines of open requests     a      b   c          d
 *   looks                       x  x      x   x          x      one early: "a" ended in time, and "b" is next
 * </pre>
 *
 * <p>A request that comes with an earlier deadline moves the next look forward; one with a later deadline, which is the
 * rule, reads one field. A look sets that field to "never" before it begins, and a request stands in its ring before it
 * reads the field, with full fences between; so a request that a look does not find will find that it has to move the
 * next one forward.
 *
 * <p>Safe for use by any thread.
 */
public final class Deadlines {
    private static final long NEVER = Long.MAX_VALUE;
    private static final VarHandle NEXT_LOOK;

    static {
        try {
            NEXT_LOOK = MethodHandles.lookup().findVarHandle(Deadlines.class, "nextLookNs", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Timers timers;
    private final Clock clock;
    /** Times are counted from here, so that they can be compared by size. */
    private final long originNs;

    private final List<OpenRequests> places = new CopyOnWriteArrayList<>();
    private volatile long nextLookNs = NEVER;

    /** A place where open requests are. */
    @FunctionalInterface
    public interface OpenRequests {
        /** Hands each of them to the visitor. */
        void visit(Visitor visitor);
    }

    /** One look. */
    public final class Visitor {
        private final long nowNs = clock.nanoTime();
        private long earliestNs = NEVER;

        private Visitor() {}

        /** Fails a request if its time is over. */
        public void visit(Exchange<?, ?> exchange) {
            if (exchange.staysOpen(nowNs)) {
                earliestNs = Math.min(earliestNs, exchange.deadlineNs() - originNs);
            }
        }
    }

    public Deadlines(Timers timers) {
        this.timers = timers;
        this.clock = timers.clock();
        this.originNs = clock.nanoTime();
    }

    /** Looks there too from now on. */
    public void add(OpenRequests place) {
        places.add(place);
    }

    /** Looks there no more. */
    public void remove(OpenRequests place) {
        places.remove(place);
    }

    /** Sees to it that there is a look at this time at the latest; to be called once the request is where it is looked for. */
    public void lookBy(long deadlineNs) {
        VarHandle.fullFence();
        long dueNs = deadlineNs - originNs;
        if (dueNs < nextLookNs) {
            moveForward(dueNs);
        }
    }

    private void moveForward(long dueNs) {
        long planned;
        do {
            planned = nextLookNs;
            if (planned <= dueNs) {
                return;
            }
        } while (!NEXT_LOOK.compareAndSet(this, planned, dueNs));
        timers.at(originNs + dueNs, () -> look(dueNs));
    }

    private void look(long dueNs) {
        if (nextLookNs != dueNs) {
            return; // an earlier look has made this one needless
        }
        nextLookNs = NEVER;
        VarHandle.fullFence();
        var visitor = new Visitor();
        for (OpenRequests place : places) {
            place.visit(visitor);
        }
        if (visitor.earliestNs != NEVER) {
            moveForward(visitor.earliestNs);
        }
    }
}
