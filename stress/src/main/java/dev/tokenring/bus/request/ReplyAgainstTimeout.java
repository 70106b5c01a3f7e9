package dev.tokenring.bus.request;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZI_Result;

/** The deadline passes while the handler answers: what the caller sees, whether the handler started, its cancel actions. */
@JCStressTest
@State
@Outcome(id = "REPLY, true, 0", expect = ACCEPTABLE, desc = "the reply came first")
@Outcome(id = "TIMEOUT, true, 1", expect = ACCEPTABLE, desc = "the deadline came first, and the handler was told")
@Outcome(id = "TIMEOUT, false, 0", expect = ACCEPTABLE, desc = "the deadline came before the handler's turn")
@Outcome(expect = FORBIDDEN, desc = "not exactly one end, or the handler was told wrongly")
public class ReplyAgainstTimeout extends ReplyEnds {
    @Actor
    public void handler() {
        answer();
    }

    @Actor
    public void deadline() {
        timeOut();
    }

    @Arbiter
    public void outcome(LZI_Result seen) {
        seen.r1 = seenByCaller();
        seen.r2 = started();
        seen.r3 = cancelActions();
    }
}
