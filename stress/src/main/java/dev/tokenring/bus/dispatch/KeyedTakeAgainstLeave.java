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
 * Two members take three messages of one key, one of them handles one and leaves: in which order the messages were
 * handled, and how many the group believes it is not done with.
 */
@JCStressTest
@State
@Outcome(id = "123, 0", expect = ACCEPTABLE, desc = "one after the other, in order")
@Outcome(expect = FORBIDDEN, desc = "two at a time, out of order, lost or twice")
public class KeyedTakeAgainstLeave {
    private final KeyedGroup messages = new KeyedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> leaving = group.join();
    private final TakingDispatcher<String> staying = group.join();

    public KeyedTakeAgainstLeave() {
        group.publish("1");
        group.publish("2");
    }

    @Actor
    public void leavingMember() {
        group.handle(leaving, 1);
        leaving.detach();
    }

    @Actor
    public void publisherAndStayingMember() {
        group.handle(staying, 2);
        group.publish("3");
        group.handle(staying, 2);
    }

    @Arbiter
    public void outcome(LJ_Result seen) {
        group.handle(staying, 3);
        seen.r1 = messages.handled();
        seen.r2 = group.unfinished();
    }
}
