package dev.tokenring.bus.dispatch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A member joins a group while the only other one leaves: whether it was let in, and how often the message is handled
 * that was published after that. A group that nobody is left in lets nobody in, since its reader has gone.
 */
@JCStressTest
@State
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "let in before the other left, and gets the message")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "the other was the last")
@Outcome(expect = FORBIDDEN, desc = "let in to a group that reads no more")
public class JoinAgainstLastLeave {
    private final CountedGroup messages = new CountedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> leaving = group.join();

    @Actor
    public void leavingMember() {
        leaving.detach();
    }

    @Actor
    public void joiningMember(ZI_Result seen) {
        TakingDispatcher<String> joined = group.tryJoin();
        if (joined != null) {
            seen.r1 = true;
            messages.publishFirst();
            group.handle(joined, 1);
        }
    }

    @Arbiter
    public void outcome(ZI_Result seen) {
        seen.r2 = messages.firstHandled();
    }
}
