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
 * A publisher and a reader of a full ring, which has room for two, by reference: the publisher gets on only when the reader has
 * given slots back, and fills what the reader has just emptied. What was read, how many notes were published, how many
 * slots are still in use then.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2, 2, 0", expect = ACCEPTABLE, desc = "the ring stayed full for as long as the publisher tried")
@Outcome(id = "A1 A2 A3, 3, 0", expect = ACCEPTABLE, desc = "one slot was used twice")
@Outcome(id = "A1 A2 A3 A4, 4, 0", expect = ACCEPTABLE, desc = "both slots were used twice")
@Outcome(expect = FORBIDDEN, desc = "a slot filled before it was given back, or emptied after it was filled again")
public class ReleaseAgainstPublish {
    private final ReadRing ring = ReadRing.byReference(2);

    public ReleaseAgainstPublish() {
        ring.publish('A', 1);
        ring.publish('A', 2);
    }

    @Actor
    public void publisher(LIJ_Result seen) {
        int published = 2;
        for (int attempt = 0; attempt < 50 && published < 4; attempt++) {
            if (ring.publish('A', published + 1)) {
                published++;
            }
        }
        seen.r2 = published;
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
