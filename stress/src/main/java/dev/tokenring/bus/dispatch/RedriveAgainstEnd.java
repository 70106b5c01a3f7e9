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
 * A dead letter is given back to its subscription while that ends: how often the message is given up again, and how many
 * messages wait for a retry then, which will never be.
 */
@JCStressTest
@State
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "given up, by the one or the other")
@Outcome(expect = FORBIDDEN, desc = "lost, or given up twice")
public class RedriveAgainstEnd {
    private final FailedMessage message = new FailedMessage();

    @Actor
    public void redriver() {
        message.redrive();
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
