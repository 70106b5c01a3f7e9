package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A reader joins a ring that has none, while three notes are published: which of them are published according to their
 * outcomes, and which of them the reader sees. Those are the same.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2 A3, A1 A2 A3", expect = ACCEPTABLE, desc = "there in time for all")
@Outcome(id = "A2 A3, A2 A3", expect = ACCEPTABLE, desc = "nobody was there for the first")
@Outcome(id = "A3, A3", expect = ACCEPTABLE, desc = "nobody was there for the first two")
@Outcome(id = ", ", expect = ACCEPTABLE, desc = "nobody was there")
@Outcome(expect = FORBIDDEN, desc = "a note published and not seen, seen and not published, or a gap")
public class FirstJoinAgainstPublish {
    private final JoiningReader joining = new JoiningReader(new Ring<>(4, false, null));

    @Actor
    public void publisher(LL_Result seen) {
        seen.r1 = joining.publish();
    }

    @Actor
    public void joiner() {
        joining.join();
    }

    @Arbiter
    public void outcome(LL_Result seen) {
        seen.r2 = joining.seen();
    }
}
