package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tokenring.bus.Headers;
import java.util.StringJoiner;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A reader is stopped and leaves while somebody takes from it. Its slots are free then, and filled again at once, for a
 * reader who stays. What was taken.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2", expect = ACCEPTABLE, desc = "both taken before the end")
@Outcome(id = "A1", expect = ACCEPTABLE, desc = "stopped between the two")
@Outcome(id = "nothing", expect = ACCEPTABLE, desc = "stopped before")
@Outcome(expect = FORBIDDEN, desc = "taken from a slot that was free already")
public class TakeAgainstLeave {
    private final Ring<Note> ring = new Ring<>(2, false, null);
    private final RingReader<Note> leaving = ring.join(false);
    private final RingReader<Note> staying = ring.join(false);

    public TakeAgainstLeave() {
        publish(1);
        publish(2);
        staying.passed(1);
    }

    @Actor
    public void taker(L_Result seen) {
        var taken = new StringJoiner(" ").setEmptyValue("nothing");
        while (leaving.take((sequence, note, headers) -> taken.add(String.valueOf(note)))) {
            // until there is nothing more to take
        }
        seen.r1 = taken.toString();
    }

    @Actor
    public void leaver() {
        leaving.stop();
        leaving.leave();
        publish(3);
        publish(4);
    }

    private void publish(int number) {
        ring.offer(new Note('A', number), Headers.NONE);
    }
}
