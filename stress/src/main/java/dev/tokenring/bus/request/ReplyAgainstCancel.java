package dev.tokenring.bus.request;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/**
 * The caller cancels while the handler answers: whether the cancellation counted, what the caller sees, whether the
 * handler started, its cancel actions.
 */
@JCStressTest
@State
@Outcome(id = "false, REPLY, true, 0", expect = ACCEPTABLE, desc = "the reply came first")
@Outcome(id = "true, CANCELLED, true, 1", expect = ACCEPTABLE, desc = "cancelled in time, and the handler was told")
@Outcome(id = "true, CANCELLED, false, 0", expect = ACCEPTABLE, desc = "cancelled before the handler's turn")
@Outcome(expect = FORBIDDEN, desc = "not exactly one end, or the handler was told wrongly")
public class ReplyAgainstCancel extends ReplyEnds {
    @Actor
    public void handler() {
        answer();
    }

    @Actor
    public void caller(LLLL_Result seen) {
        seen.r1 = cancel();
    }

    @Arbiter
    public void outcome(LLLL_Result seen) {
        seen.r2 = seenByCaller();
        seen.r3 = started();
        seen.r4 = cancelActions();
    }
}
