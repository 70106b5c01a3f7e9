package dev.tokenring.bus.ring;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A ring to which three notes are published while a reader joins. */
final class JoiningReader {
    static final int COUNT = 3;

    private final Ring<Note> ring;
    private @Nullable RingReader<Note> reader;
    private volatile int begun;

    JoiningReader(Ring<Note> ring) {
        this.ring = ring;
    }

    /** Publishes three notes; gives those that the ring says it published. */
    String publish() {
        var published = new StringJoiner(" ");
        for (int number = 1; number <= COUNT; number++) {
            begun = number;
            var note = new Note('A', number);
            if (ring.offer(note, Headers.NONE) == PublishOutcome.PUBLISHED) {
                published.add(note.toString());
            }
        }
        return published.toString();
    }

    /** Joins; gives how many notes the publisher had begun to publish by the time that the reader had its place. */
    int join() {
        reader = ring.join(false);
        return begun;
    }

    /** What the reader gets. */
    String seen() {
        RingReader<Note> joined = reader;
        if (joined == null) {
            throw new AssertionError("nobody has joined");
        }
        var seen = new StringJoiner(" ");
        long last = joined.available(COUNT);
        for (long next = joined.sequence() + 1; next <= last; next++) {
            seen.add(String.valueOf(joined.slots().message(next)));
        }
        return seen.toString();
    }
}
