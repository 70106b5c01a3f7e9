package dev.tokenring.bus.request;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZLI_Result;

/**
 * The caller cancels while the deadline passes, and the handler is told once: whether the cancellation counted, what the
 * caller sees, the handler's cancel actions.
 */
@JCStressTest
@State
@Outcome(id = "true, CANCELLED, 1", expect = ACCEPTABLE, desc = "the cancellation came first")
@Outcome(id = "false, TIMEOUT, 1", expect = ACCEPTABLE, desc = "the deadline came first")
@Outcome(expect = FORBIDDEN, desc = "not exactly one end, or the handler was told wrongly")
public class CancelAgainstTimeout extends ReplyEnds {
    @SuppressWarnings("this-escape") // jcstress's subclass adds nothing
    public CancelAgainstTimeout() {
        watchForCancellation();
    }

    @Actor
    public void caller(ZLI_Result seen) {
        seen.r1 = cancel();
    }

    @Actor
    public void deadline() {
        timeOut();
    }

    @Arbiter
    public void outcome(ZLI_Result seen) {
        seen.r2 = seenByCaller();
        seen.r3 = cancelActions();
    }
}
