package dev.tokenring.bus.dispatch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A handler fails on a message that may be tried again, while its subscription ends: how often the message is given up,
 * and how many messages wait for a retry then, which will never be.
 */
@JCStressTest
@State
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "given up, by the one or the other")
@Outcome(expect = FORBIDDEN, desc = "lost, or given up twice")
public class FailureAgainstEnd {
    private final FailedMessage message = new FailedMessage();

    @Actor
    public void handler() {
        message.fail();
    }

    @Actor
    public void closer() {
        message.endSubscription();
    }

    @Arbiter
    public void outcome(II_Result seen) {
        seen.r1 = message.givenUp();
        seen.r2 = message.waiting();
    }
}
