package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * A reader joins a ring that has a reader, while three notes are published: what it sees, and how many of them the
 * publisher had begun to publish when the reader had joined. Which of those it sees is open, but then it sees all that
 * follow.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2 A3, [0123]", expect = ACCEPTABLE, desc = "there in time for all")
@Outcome(id = "A2 A3, [123]", expect = ACCEPTABLE, desc = "there after the first was claimed")
@Outcome(id = "A3, [23]", expect = ACCEPTABLE, desc = "there after the second was claimed")
@Outcome(id = ", 3", expect = ACCEPTABLE, desc = "there after the last was claimed")
@Outcome(expect = FORBIDDEN, desc = "a gap, or a note not seen although the reader was there before it")
public class JoinAgainstPublish {
    private final Ring<Note> ring = new Ring<>(4, false, null);
    private final JoiningReader joining = new JoiningReader(ring);

    public JoinAgainstPublish() {
        ring.join(false);
    }

    @Actor
    public void publisher() {
        joining.publish();
    }

    @Actor
    public void joiner(LI_Result seen) {
        seen.r2 = joining.join();
    }

    @Arbiter
    public void outcome(LI_Result seen) {
        seen.r1 = joining.seen();
    }
}
