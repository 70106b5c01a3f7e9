package dev.tokenring.bus.soak;

import dev.tokenring.bus.Gathered;
import dev.tokenring.bus.RequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The model of a request: the sum of the numbers below a number is asked for, which a handler adds up, or sends one by one;
 * it stumbles over multiples of seven. It must end once, with the right answer or a failure that has its reason.
 */
final class Question {
    private final int number;
    private final boolean hurried;
    private final boolean ofAll;
    private final AtomicInteger starts = new AtomicInteger();
    private final AtomicInteger cancelActions = new AtomicInteger();
    private final Queue<Object> ends = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private volatile boolean cancelled;
    private volatile Map<String, Integer> startsWhenCancelled = Map.of();

    /**
     * Asks for a sum.
     *
     * @param hurried whether it may well be over before it is answered
     * @param ofAll whether all handlers are asked
     */
    Question(int number, boolean hurried, boolean ofAll) {
        this.number = number;
        this.hurried = hurried;
        this.ofAll = ofAll;
    }

    int number() {
        return number;
    }

    boolean isStumblingBlock() {
        return number % 7 == 0;
    }

    long answer() {
        return (long) number * (number - 1) / 2;
    }

    // ---- for handlers

    /**
     * A handler begins to answer.
     *
     * @param handler its name
     * @param count how many requests it has begun to answer, this one included
     */
    void starts(String handler, int count) {
        if (starts.incrementAndGet() > 1 && !ofAll) {
            breaks("it was started again by " + handler);
        }
        Integer before = startsWhenCancelled.get(handler);
        // One may have been on its way to the handler when it was cancelled.
        if (before != null && count > before + 1) {
            breaks("it was started by " + handler + " after it was cancelled, " + (count - before) + " requests later");
        }
    }

    void cancelAction() {
        if (cancelActions.incrementAndGet() > starts.get()) {
            breaks("its cancel actions ran too often: " + cancelActions);
        }
    }

    // ---- for the asker

    /** The asker has cancelled it, when the handlers had started so many requests each. */
    void cancelled(Map<String, Integer> startsSoFar) {
        startsWhenCancelled = startsSoFar;
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** It has ended with a reply, with what was gathered, or with a failure. */
    void ends(Object reply, Throwable failure) {
        ends.add(failure == null ? reply : failure);
    }

    void breaks(String what) {
        broken.add(this + ": " + what);
    }

    // ---- when the bus is closed

    List<String> check(boolean inPeace) {
        if (ends.size() > 1 || (ends.isEmpty() && !cancelled)) {
            breaks("it ended " + ends.size() + " times");
        }
        for (Object end : ends) {
            if (end instanceof Gathered<?> gathered) {
                gathered.replies().forEach(this::checkReply);
                gathered.failures().forEach(failure -> checkFailure(failure, inPeace));
            } else if (end instanceof RequestException failure) {
                checkFailure(failure, inPeace);
            } else if (end instanceof CancellationException && cancelled) {
                continue;
            } else {
                checkReply(end);
            }
        }
        return new ArrayList<>(broken);
    }

    private void checkReply(Object reply) {
        if (!reply.equals(answer()) || isStumblingBlock()) {
            breaks("the reply was wrong");
        }
        if (starts.get() == 0 || (cancelActions.get() > 0 && !ofAll)) {
            breaks("there is a reply, but it was not answered");
        }
    }

    private void checkFailure(RequestException failure, boolean inPeace) {
        boolean reasonable =
                switch (failure.failure()) {
                    case TIMEOUT -> hurried;
                    case HANDLER_FAILED -> isStumblingBlock() && starts.get() > 0;
                    case NO_HANDLER, OVERLOADED -> ofAll || starts.get() == 0;
                    case CLOSED -> !inPeace;
                    case CANCELLED -> false;
                };
        if (!reasonable) {
            breaks("it failed for no good reason");
        }
    }

    @Override
    public String toString() {
        return "Question[" + number + (hurried ? ", hurried" : "") + (ofAll ? ", of all" : "")
                + (cancelled ? ", cancelled" : "") + ", started " + starts + " times, ended with " + ends + "]";
    }
}
