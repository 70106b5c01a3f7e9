package dev.tokenring.bus;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLJ_Result;

/**
 * A bus is closed at once while a message is published that its handler fails on: the outcome of the publishing, what
 * became of the dead letter, how many messages were abandoned. The message and its dead letter are two messages, so of
 * each it has to be clear what became of it; a dead letter that finds its topic ended is kept all the same.
 */
@JCStressTest
@State
@Outcome(id = "CLOSED, 0 kept, 0 read, 0", expect = ACCEPTABLE, desc = "refused, and handed to nobody")
@Outcome(
        id = "PUBLISHED, 0 kept, 0 read, 1",
        expect = ACCEPTABLE,
        desc = "the message abandoned before it was failed on")
@Outcome(id = "PUBLISHED, 1 kept, 1 read, 0", expect = ACCEPTABLE, desc = "failed on, kept, and read as a dead letter")
@Outcome(id = "PUBLISHED, 1 kept, 0 read, 1", expect = ACCEPTABLE, desc = "kept, and abandoned as a dead letter")
@Outcome(id = "PUBLISHED, 1 kept, 0 read, 0", expect = ACCEPTABLE, desc = "kept, when nobody could read it any more")
@Outcome(expect = FORBIDDEN, desc = "lost without a trace, given up twice, or handed out after a refusal")
public class FailureAgainstHurriedClose {
    private final DyingBus bus = new DyingBus();

    @Actor
    public void publisher(LLJ_Result seen) {
        seen.r1 = bus.publish();
    }

    @Actor
    public void closer(LLJ_Result seen) {
        seen.r3 = bus.close(Duration.ofNanos(1));
    }

    @Arbiter
    public void outcome(LLJ_Result seen) {
        seen.r2 = bus.letters();
    }
}
