package dev.tokenring.persistence;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;

/**
 * Which positions there are: a position is a segment and a sequence number in it, and the sequence numbers of a segment
 * have no gap. A segment is counted when its count is first needed, for that takes about a millisecond each, and a
 * journal may have thousands.
 *
 * <p>For one thread at a time.
 */
final class Positions {
    private final int firstSegment;
    private int lastSegment;
    private final IntToLongFunction counter;
    private final Map<Integer, Long> counted = new HashMap<>();

    /**
     * The positions in a row of segments.
     *
     * @param lastSegment less than the first if there is none
     * @param lastEntries how many entries are in the last segment
     * @param counter counts the entries of any other
     */
    Positions(int firstSegment, int lastSegment, long lastEntries, IntToLongFunction counter) {
        this.firstSegment = firstSegment;
        this.lastSegment = lastSegment;
        this.counter = counter;
        counted.put(lastSegment, lastEntries);
    }

    /** Adds an entry to the last segment, or to the one that follows it. */
    void addOne(int segment) {
        lastSegment = segment;
        counted.merge(segment, 1L, Long::sum);
    }

    private long entriesIn(int segment) {
        return counted.computeIfAbsent(segment, counter::applyAsLong);
    }

    private boolean hasSegment(int segment) {
        return segment >= firstSegment && segment <= lastSegment;
    }

    long count() {
        return countUpTo(Long.MAX_VALUE);
    }

    /** How many entries there are, as far as it takes to know whether there are so many. */
    long countUpTo(long enough) {
        long count = 0;
        for (int segment = lastSegment; segment >= firstSegment && count < enough; segment--) {
            count += entriesIn(segment);
        }
        return Math.min(count, enough);
    }

    /** Whether an entry has this position, or could be the next of its segment. */
    boolean hasPlace(long position) {
        if (position < 0) {
            return false;
        }
        int segment = segmentOf(position);
        return hasSegment(segment) ? sequenceOf(position) <= entriesIn(segment) : position == 0;
    }

    /** The first entry at or after a place; empty if there is none yet. */
    OptionalLong atOrAfter(long place) {
        for (int segment = Math.max(firstSegment, segmentOf(place)); segment <= lastSegment; segment++) {
            long first = segment == segmentOf(place) ? sequenceOf(place) : 0;
            if (first < entriesIn(segment)) {
                return OptionalLong.of(position(segment, first));
            }
        }
        return OptionalLong.empty();
    }

    /** The entry that has so many behind it and itself: 1 is the last. */
    OptionalLong fromEnd(long count) {
        long left = count;
        for (int segment = lastSegment; segment >= firstSegment; segment--) {
            long entries = entriesIn(segment);
            if (entries >= left) {
                return OptionalLong.of(position(segment, entries - left));
            }
            left -= entries;
        }
        return OptionalLong.empty();
    }

    @Override
    public String toString() {
        OptionalLong last = fromEnd(1);
        return last.isEmpty() ? "none" : atOrAfter(position(firstSegment, 0)).orElseThrow() + " to " + last.getAsLong();
    }

    private static int segmentOf(long position) {
        return SegmentCycle.INSTANCE.toCycle(position);
    }

    private static long sequenceOf(long position) {
        return SegmentCycle.INSTANCE.toSequenceNumber(position);
    }

    private static long position(int segment, long sequence) {
        return SegmentCycle.INSTANCE.toIndex(segment, sequence);
    }
}
