package dev.tokenring.bus.dispatch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/**
 * A member of a group handles a message and leaves, while the second of two messages is published and another member, who
 * stays, handles what it finds: how often each message was handled, and how many the group believes it is not done with.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "each message to one member")
@Outcome(expect = FORBIDDEN, desc = "a message to nobody or to both, or a wrong count")
public class LeaveAgainstTake {
    private final CountedGroup messages = new CountedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> leaving = group.join();
    private final TakingDispatcher<String> staying = group.join();

    public LeaveAgainstTake() {
        messages.publishFirst();
    }

    @Actor
    public void leavingMember() {
        group.handle(leaving, 1);
        leaving.detach();
    }

    @Actor
    public void publisherAndStayingMember() {
        messages.publishSecond();
        group.handle(staying, 2);
    }

    @Arbiter
    public void outcome(IIJ_Result seen) {
        group.handle(staying, 2);
        seen.r1 = messages.firstHandled();
        seen.r2 = messages.secondHandled();
        seen.r3 = group.unfinished();
    }
}
