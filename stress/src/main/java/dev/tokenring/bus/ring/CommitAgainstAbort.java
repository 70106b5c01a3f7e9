package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LJ_Result;

/**
 * Two publishers and a reader, in place. One publisher reads as well, while its own claim is open: the reader must not
 * pass that, though the other may have published behind it. The other aborts its first claim, which leaves a slot that
 * the reader passes, and no note. What was read, and how many notes count as published.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2 B2, 3", expect = ACCEPTABLE, desc = "one publisher before the other's note")
@Outcome(id = "A1 B2 A2, 3", expect = ACCEPTABLE, desc = "the other's note in between")
@Outcome(id = "B2 A1 A2, 3", expect = ACCEPTABLE, desc = "the other's note first")
@Outcome(expect = FORBIDDEN, desc = "a note lost, torn, twice or out of its publisher's order, or the aborted one seen")
public class CommitAgainstAbort {
    private final ReadRing ring = ReadRing.inPlace(4, false);

    @Actor
    public void committerAndReader() {
        SlotClaim<Note> claim = ring.write('A', 1);
        ring.read();
        claim.commit();
        ring.read();
        ring.write('A', 2).commit();
        ring.read();
    }

    @Actor
    public void aborter() {
        ring.write('B', 1).abort();
        ring.write('B', 2).commit();
    }

    @Arbiter
    public void outcome(LJ_Result seen) {
        ring.read();
        seen.r1 = ring.notes();
        seen.r2 = ring.publishedCount();
    }
}
