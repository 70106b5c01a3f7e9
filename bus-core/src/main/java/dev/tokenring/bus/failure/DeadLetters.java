package dev.tokenring.bus.failure;

import dev.tokenring.bus.DeadLetter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest dead letters of each topic, so that somebody can look at them, mend them and publish them again; and
 * counts all that there ever were. Safe for use by any thread.
 */
public final class DeadLetters {
    /** How many redriven letters of a topic are remembered, so that none is redriven twice. */
    private static final int REMEMBERED = 1024;

    private final int capacityPerTopic;
    private final Map<String, Box> boxByTopic = new ConcurrentHashMap<>();

    /** What makes a letter, and those derived from it, the only ones of their kind; without the message, which may be large. */
    private record Failure(String subscription, long sequence, Instant givenUp, int error) {
        static Failure of(DeadLetter<?> letter) {
            return new Failure(
                    letter.subscription(),
                    letter.sequence(),
                    letter.givenUp(),
                    System.identityHashCode(letter.lastError()));
        }
    }

    /** The letters of one topic, oldest first. Its lock guards everything in it. */
    private static final class Box {
        private final ArrayDeque<DeadLetter<?>> letters = new ArrayDeque<>();
        private final Set<Failure> redriven = new LinkedHashSet<>();
        private long total;
        private long pushedOut;

        synchronized @Nullable DeadLetter<?> add(DeadLetter<?> letter, int capacity) {
            letters.addLast(letter);
            total++;
            if (letters.size() <= capacity) {
                return null;
            }
            pushedOut++;
            return letters.removeFirst();
        }

        @SuppressWarnings("ReferenceEquality") // A letter is one thing: there may be another that says the same.
        synchronized boolean redrive(DeadLetter<?> letter) {
            if (!redriven.add(Failure.of(letter))) {
                return false;
            }
            if (redriven.size() > REMEMBERED) {
                redriven.remove(redriven.iterator().next());
            }
            if (!removeFirst(kept -> kept == letter)) {
                removeFirst(kept -> isMended(kept, letter));
            }
            return true;
        }

        private boolean removeFirst(Predicate<DeadLetter<?>> wanted) {
            for (Iterator<DeadLetter<?>> each = letters.iterator(); each.hasNext(); ) {
                if (wanted.test(each.next())) {
                    each.remove();
                    return true;
                }
            }
            return false;
        }

        /** Whether a letter was derived from this one: with another message, but of the same failure. */
        @SuppressWarnings("ReferenceEquality")
        private static boolean isMended(DeadLetter<?> kept, DeadLetter<?> letter) {
            return kept.sequence() == letter.sequence()
                    && kept.subscription().equals(letter.subscription())
                    && kept.lastError() == letter.lastError()
                    && kept.givenUp().equals(letter.givenUp());
        }

        synchronized List<DeadLetter<?>> letters() {
            return List.copyOf(letters);
        }

        synchronized long total() {
            return total;
        }

        synchronized long pushedOut() {
            return pushedOut;
        }
    }

    /**
     * A box with room for this many letters of each topic.
     *
     * @throws IllegalArgumentException if the capacity is negative
     */
    public DeadLetters(int capacityPerTopic) {
        if (capacityPerTopic < 0) {
            throw new IllegalArgumentException("capacityPerTopic is " + capacityPerTopic + ": give 0 or more");
        }
        this.capacityPerTopic = capacityPerTopic;
    }

    /** Takes in a letter; gives the oldest of its topic if that had to make room, or null. */
    public @Nullable DeadLetter<?> add(DeadLetter<?> letter) {
        return boxByTopic.computeIfAbsent(letter.topic(), unseen -> new Box()).add(letter, capacityPerTopic);
    }

    /** The letters that are kept of a topic at this moment, oldest first. */
    public List<DeadLetter<?>> of(String topic) {
        Box box = boxByTopic.get(topic);
        return box == null ? List.of() : box.letters();
    }

    /**
     * Takes out a letter to be redriven, or the one that it was derived from to be mended. It need not be kept any more.
     *
     * @return whether it was not redriven before, as far back as is remembered; of several threads that redrive one letter,
     *     one is told true
     */
    public boolean redrive(DeadLetter<?> letter) {
        return boxByTopic.computeIfAbsent(letter.topic(), unseen -> new Box()).redrive(letter);
    }

    /** How many letters of a topic there ever were, whatever became of them. */
    public long total(String topic) {
        Box box = boxByTopic.get(topic);
        return box == null ? 0 : box.total();
    }

    /** How many letters of a topic had to make room for newer ones. */
    public long pushedOut(String topic) {
        Box box = boxByTopic.get(topic);
        return box == null ? 0 : box.pushedOut();
    }
}
