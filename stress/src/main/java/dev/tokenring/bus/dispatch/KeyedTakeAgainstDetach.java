package dev.tokenring.bus.dispatch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LJ_Result;

/**
 * A member takes two messages of one key while its subscription is closed on another thread, where another member, who
 * stays, takes what it finds then: in which order the messages were handled, and how many the group believes it is not
 * done with. The key stays busy until the member is done with what it has in hand, though it is no member any more.
 */
@JCStressTest
@State
@Outcome(id = "12, 0", expect = ACCEPTABLE, desc = "one after the other, in order")
@Outcome(expect = FORBIDDEN, desc = "two at a time, out of order, lost or twice")
public class KeyedTakeAgainstDetach {
    private final KeyedGroup messages = new KeyedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> leaving = group.join();
    private final TakingDispatcher<String> staying = group.join();

    public KeyedTakeAgainstDetach() {
        group.publish("1");
        group.publish("2");
    }

    @Actor
    public void leavingMember() {
        group.handle(leaving, 2);
    }

    @Actor
    public void closerAndStayingMember() {
        leaving.detach();
        group.handle(staying, 2);
    }

    @Arbiter
    public void outcome(LJ_Result seen) {
        group.handle(staying, 2);
        seen.r1 = messages.handled();
        seen.r2 = group.unfinished();
    }
}
