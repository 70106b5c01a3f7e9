package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * Two takers share the messages of a full ring, which has room for two, and one of them publishes as soon as there is
 * room: a slot is let go of when it is taken, so the other taker may be reading it while it is filled again. What was
 * taken by both, and how many notes that were.
 */
@JCStressTest
@State
@Outcome(id = "[A1, A2, A3, A4], 4", expect = ACCEPTABLE, desc = "each note to one of them")
@Outcome(expect = FORBIDDEN, desc = "a note taken by none, by both, or torn")
public class TakeAgainstTake {
    private final Ring<Note> ring = new Ring<>(2, false, null);
    private final RingReader<Note> reader = ring.join(false);
    private final Queue<String> taken = new ConcurrentLinkedQueue<>();

    public TakeAgainstTake() {
        publish(1);
        publish(2);
    }

    @Actor
    public void takerAndPublisher() {
        for (int number = 3; number <= 4; number++) {
            while (!publish(number)) {
                take();
            }
        }
    }

    @Actor
    public void taker() {
        take();
        take();
        take();
    }

    @Arbiter
    public void outcome(LI_Result seen) {
        while (take()) {
            // until all is taken
        }
        seen.r1 = new TreeSet<>(taken).toString();
        seen.r2 = taken.size();
    }

    private boolean publish(int number) {
        return ring.offer(new Note('A', number), Headers.NONE) == PublishOutcome.PUBLISHED;
    }

    private boolean take() {
        return reader.take((sequence, note, headers) -> taken.add(String.valueOf(note)));
    }
}
