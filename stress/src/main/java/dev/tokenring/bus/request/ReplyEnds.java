package dev.tokenring.bus.request;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A request for one reply whose ends are about to race, and what came of it. */
class ReplyEnds {
    static final String REPLY = "REPLY";
    static final String CANCELLED = "CANCELLED";

    final SingleReply<String, String> exchange = newRequest();

    /** Counts from the start of each end of the future, so that a second end would show. */
    private final AtomicInteger futureEnds = new AtomicInteger();

    private final AtomicInteger cancelActions = new AtomicInteger();
    private volatile boolean started;

    ReplyEnds() {
        var unused = exchange.future().whenComplete((reply, failure) -> futureEnds.incrementAndGet());
    }

    /** No bus around it. */
    private static final class Alone implements Surroundings {
        @Override
        public void tell(Runnable news) {
            news.run();
        }

        @Override
        public void userCodeThrew(String service, Throwable thrown) {}

        @Override
        public boolean isStepping() {
            return false;
        }
    }

    static SingleReply<String, String> newRequest() {
        var terms = new Terms<String>("stressed", Clock.SYSTEM, null, new Alone());
        long nowNs = System.nanoTime();
        return new SingleReply<>(terms, "request", Headers.NONE, nowNs, nowNs + TimeUnit.HOURS.toNanos(1));
    }

    /** A handler that would like to know of a cancellation, and answers. */
    final void answer() {
        try {
            exchange.answerWith((request, replies) -> {
                started = true;
                watchForCancellation();
                replies.send(REPLY);
                return Answerer.SENT;
            });
        } catch (Exception unexpected) {
            throw new AssertionError("the handler throws nothing", unexpected);
        }
    }

    final void watchForCancellation() {
        exchange.onCancel(cancelActions::incrementAndGet);
    }

    final boolean timeOut() {
        return exchange.fail(RequestFailure.TIMEOUT, "too late", null);
    }

    final boolean cancel() {
        return exchange.future().cancel(false);
    }

    final boolean started() {
        return started;
    }

    final int cancelActions() {
        return cancelActions.get();
    }

    /** What the caller sees: the reply, the failure or the cancellation; or the count of ends, if it is not one. */
    final String seenByCaller() {
        int ends = futureEnds.get();
        if (ends != 1) {
            return ends + " ends";
        }
        return exchange.future().handle(ReplyEnds::nameOf).join();
    }

    private static String nameOf(@Nullable String reply, @Nullable Throwable failure) {
        if (reply != null) {
            return reply;
        }
        return failure instanceof RequestException ended ? ended.failure().name() : CANCELLED;
    }
}
