package dev.tokenring.bus.request;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/** The handler asks to be told while the caller cancels: what the caller sees, the handler's cancel actions. */
@JCStressTest
@State
@Outcome(id = "CANCELLED, 1", expect = ACCEPTABLE, desc = "told once, whichever came first")
@Outcome(expect = FORBIDDEN, desc = "a cancel action was lost, or ran twice")
public class WatchAgainstCancel extends ReplyEnds {
    @Actor
    public void handler() {
        watchForCancellation();
    }

    @Actor
    public void caller() {
        cancel();
    }

    @Arbiter
    public void outcome(LI_Result seen) {
        seen.r1 = seenByCaller();
        seen.r2 = cancelActions();
    }
}
