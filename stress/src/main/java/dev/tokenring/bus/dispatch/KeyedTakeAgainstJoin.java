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
 * A member takes two messages of one key while another joins and takes what it finds: in which order the messages were
 * handled, and how many the group believes it is not done with.
 */
@JCStressTest
@State
@Outcome(id = "12, 0", expect = ACCEPTABLE, desc = "one after the other, in order")
@Outcome(expect = FORBIDDEN, desc = "two at a time, out of order, lost or twice")
public class KeyedTakeAgainstJoin {
    private final KeyedGroup messages = new KeyedGroup();
    private final StressedGroup group = messages.group();
    private final TakingDispatcher<String> present = group.join();

    public KeyedTakeAgainstJoin() {
        group.publish("1");
        group.publish("2");
    }

    @Actor
    public void presentMember() {
        group.handle(present, 2);
    }

    @Actor
    public void joiningMember() {
        group.handle(group.join(), 2);
    }

    @Arbiter
    public void outcome(LJ_Result seen) {
        group.handle(present, 2);
        seen.r1 = messages.handled();
        seen.r2 = group.unfinished();
    }
}
