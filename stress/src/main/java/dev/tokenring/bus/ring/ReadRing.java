package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A ring with one reader, who reads in order. Nobody waits, so that a state costs no more than its few steps.
 *
 * <p>A test here has two actors, since jcstress leaves out, without a word, a test that has more of them than the machine
 * has cores. So where two publishers and a reader are to race, one actor is publisher and reader by turns.
 */
final class ReadRing {
    private final Ring<Note> ring;
    private final RingReader<Note> reader;
    private final StringJoiner notes = new StringJoiner(" ");

    private ReadRing(Ring<Note> ring) {
        this.ring = ring;
        reader = ring.join(false);
    }

    static ReadRing byReference(int capacity) {
        return new ReadRing(new Ring<>(capacity, false, null));
    }

    static ReadRing inPlace(int capacity, boolean singlePublisher) {
        return new ReadRing(new Ring<>(capacity, singlePublisher, Note::new));
    }

    /** Publishes by reference; false if there was no room. */
    boolean publish(char publisher, int number) {
        return ring.offer(new Note(publisher, number), Headers.NONE) == PublishOutcome.PUBLISHED;
    }

    /** Claims a slot where there is room for sure, and fills it. */
    SlotClaim<Note> write(char publisher, int number) {
        return requireNonNull(tryWrite(publisher, number));
    }

    /** Claims a slot and fills it; null if there was no room. */
    @Nullable SlotClaim<Note> tryWrite(char publisher, int number) {
        SlotClaim<Note> claim = ring.tryClaim();
        if (claim != null) {
            claim.message().write(publisher, number);
        }
        return claim;
    }

    /** Reads what is there, and gives each slot back. */
    void read() {
        long last = reader.available(ring.capacity());
        for (long next = reader.sequence() + 1; next <= last; next++) {
            Note note = reader.slots().message(next);
            if (note != null) {
                notes.add(note.toString());
            }
            reader.passed(next);
            reader.release();
        }
    }

    /** The notes that were read. */
    String notes() {
        return notes.toString();
    }

    /** How many slots were not given back. */
    long used() {
        return ring.used();
    }

    /** How many notes count as published. */
    long publishedCount() {
        return ring.publishedCount();
    }
}
