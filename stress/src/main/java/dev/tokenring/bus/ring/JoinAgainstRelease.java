package dev.tokenring.bus.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.util.StringJoiner;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLJ_Result;

/**
 * A reader joins a ring that has room for two, while the other reader gives slots back and they are filled again: what
 * the old reader sees, what the new one sees, and how many slots are in use when both have. The new one reads nothing
 * before the end, so from its place on there are at most two notes for it, and the publisher gets no further.
 */
@JCStressTest
@State
@Outcome(id = "A1 A2, (A1 A2|A2|), 0", expect = ACCEPTABLE, desc = "the publisher was held up after the second")
@Outcome(id = "A1 A2 A3, (A2 A3|A3|), 0", expect = ACCEPTABLE, desc = "the publisher was held up after the third")
@Outcome(id = "A1 A2 A3 A4, (A3 A4|A4|), 0", expect = ACCEPTABLE, desc = "the publisher was not held up")
@Outcome(
        expect = FORBIDDEN,
        desc = "a gap, a note overwritten before the new reader has read it, or a slot not given back")
public class JoinAgainstRelease {
    private static final int COUNT = 4;

    private final Ring<Note> ring = new Ring<>(2, false, null);
    private final RingReader<Note> oldReader = ring.join(false);
    private volatile RingReader<Note> newReader = oldReader;

    @Actor
    public void publisherAndOldReader(LLJ_Result seen) {
        var notes = new StringJoiner(" ");
        int published = 0;
        for (int attempt = 0; attempt < 8 && published < COUNT; attempt++) {
            if (ring.offer(new Note('A', published + 1), Headers.NONE) == PublishOutcome.PUBLISHED) {
                published++;
            }
            readAll(oldReader, notes);
        }
        seen.r1 = notes.toString();
    }

    @Actor
    public void joiner() {
        newReader = ring.join(false);
    }

    @Arbiter
    public void outcome(LLJ_Result seen) {
        var notes = new StringJoiner(" ");
        readAll(newReader, notes);
        seen.r2 = notes.toString();
        seen.r3 = ring.used();
    }

    private void readAll(RingReader<Note> reader, StringJoiner notes) {
        long last = reader.available(ring.capacity());
        for (long next = reader.sequence() + 1; next <= last; next++) {
            notes.add(String.valueOf(reader.slots().message(next)));
            reader.passed(next);
        }
        reader.release();
    }
}
