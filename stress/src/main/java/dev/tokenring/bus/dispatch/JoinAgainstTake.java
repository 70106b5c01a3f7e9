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
 * A member joins a group and handles what it finds, while the second of two messages is published and another member
 * handles what it finds: how often each message was handled, and how many the group believes it is not done with.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "each message to one member")
@Outcome(expect = FORBIDDEN, desc = "a message to nobody or to both, or a wrong count")
public class JoinAgainstTake {
    private final CountedGroup messages = new CountedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> present = group.join();

    public JoinAgainstTake() {
        messages.publishFirst();
    }

    @Actor
    public void joiningMember() {
        group.handle(group.join(), 2);
    }

    @Actor
    public void publisherAndPresentMember() {
        messages.publishSecond();
        group.handle(present, 2);
    }

    @Arbiter
    public void outcome(IIJ_Result seen) {
        group.handle(present, 2);
        seen.r1 = messages.firstHandled();
        seen.r2 = messages.secondHandled();
        seen.r3 = group.unfinished();
    }
}
