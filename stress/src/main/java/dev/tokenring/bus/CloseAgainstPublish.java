package dev.tokenring.bus;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIJ_Result;

/**
 * A bus with time to hand out what is waiting is closed while a message is published: the outcome of that, how often the
 * handler got the message, how many messages were abandoned.
 */
@JCStressTest
@State
@Outcome(id = "CLOSED, 0, 0", expect = ACCEPTABLE, desc = "refused, and handed to nobody")
@Outcome(id = "PUBLISHED, 1, 0", expect = ACCEPTABLE, desc = "published and delivered")
@Outcome(expect = FORBIDDEN, desc = "lost, delivered twice or after a refusal, or abandoned without need")
public class CloseAgainstPublish extends ClosingBus {
    @Actor
    public void publisher(LIJ_Result seen) {
        seen.r1 = publish();
    }

    @Actor
    public void closer(LIJ_Result seen) {
        seen.r3 = close(Duration.ofMinutes(1));
    }

    @Arbiter
    public void outcome(LIJ_Result seen) {
        seen.r2 = handled();
    }
}
