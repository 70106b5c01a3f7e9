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
 * Two publishers and a reader, by reference; one publisher reads as well. What was read, and how many slots are still in
 * use then. The publishers may come in any order, each with its own notes in order.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2 B1 B2, 0", expect = ACCEPTABLE, desc = "one publisher after the other")
@Outcome(id = "B1 B2 A1 A2, 0", expect = ACCEPTABLE, desc = "the other way round")
@Outcome(
        id = {"A1 B1 A2 B2, 0", "A1 B1 B2 A2, 0", "B1 A1 A2 B2, 0", "B1 A1 B2 A2, 0"},
        expect = ACCEPTABLE,
        desc = "both at once")
@Outcome(
        expect = FORBIDDEN,
        desc = "a note lost, torn, twice or out of its publisher's order, or a slot not given back")
public class PublishAgainstPublish {
    private final ReadRing ring = ReadRing.byReference(4);

    @Actor
    public void publisherAndReader() {
        ring.publish('A', 1);
        ring.read();
        ring.publish('A', 2);
        ring.read();
    }

    @Actor
    public void publisher() {
        ring.publish('B', 1);
        ring.publish('B', 2);
    }

    @Arbiter
    public void outcome(LJ_Result seen) {
        ring.read();
        seen.r1 = ring.notes();
        seen.r2 = ring.used();
    }
}
