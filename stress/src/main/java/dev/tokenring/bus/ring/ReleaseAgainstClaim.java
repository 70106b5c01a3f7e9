package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIJ_Result;

/**
 * The only publisher and a reader of a full ring, which has room for two, in place: the publisher overwrites the very
 * notes that the reader has read. The second claim was aborted, so its slot comes round as a void one, and has to be a
 * note's again. What was read, how many slots were claimed, how many are still in use then.
 */
@JCStressTest
@State
@Outcome(id = "A1, 2, 0", expect = ACCEPTABLE, desc = "the ring stayed full for as long as the publisher tried")
@Outcome(id = "A1 A3, 3, 0", expect = ACCEPTABLE, desc = "one slot was used twice")
@Outcome(id = "A1 A3 A4, 4, 0", expect = ACCEPTABLE, desc = "both slots were used twice")
@Outcome(expect = FORBIDDEN, desc = "a note overwritten before it was read, or seen before it was whole")
public class ReleaseAgainstClaim {
    private final ReadRing ring = ReadRing.inPlace(2, true);

    public ReleaseAgainstClaim() {
        ring.write('A', 1).commit();
        ring.write('A', 2).abort();
    }

    @Actor
    public void publisher(LIJ_Result seen) {
        int claimed = 2;
        for (int attempt = 0; attempt < 50 && claimed < 4; attempt++) {
            SlotClaim<Note> claim = ring.tryWrite('A', claimed + 1);
            if (claim != null) {
                claimed++;
                claim.commit();
            }
        }
        seen.r2 = claimed;
    }

    @Actor
    public void reader() {
        for (int look = 0; look < 4; look++) {
            ring.read();
        }
    }

    @Arbiter
    public void outcome(LIJ_Result seen) {
        ring.read();
        seen.r1 = ring.notes();
        seen.r3 = ring.used();
    }
}
