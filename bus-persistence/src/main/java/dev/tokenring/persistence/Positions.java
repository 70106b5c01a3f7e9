package dev.tokenring.persistence;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which positions there are: a position is a segment and a sequence number in it, and the sequence numbers of a segment
 * have no gap.
 *
 * <p>For one thread at a time.
 */
final class Positions {
    private final TreeMap<Integer, Long> entriesOfSegment = new TreeMap<>();

    void set(int segment, long entries) {
        entriesOfSegment.put(segment, entries);
    }

    void addOne(int segment) {
        entriesOfSegment.merge(segment, 1L, Long::sum);
    }

    long count() {
        return entriesOfSegment.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether an entry has this position, or could be the next of its segment. */
    boolean hasPlace(long position) {
        if (position < 0) {
            return false;
        }
        long entries = entriesOfSegment.getOrDefault(segmentOf(position), position == 0 ? 0L : -1L);
        return sequenceOf(position) <= entries;
    }

    /** The first entry at or after a place; empty if there is none yet. */
    OptionalLong atOrAfter(long place) {
        for (Map.Entry<Integer, Long> segment :
                entriesOfSegment.tailMap(segmentOf(place), true).entrySet()) {
            long first = segment.getKey() == segmentOf(place) ? sequenceOf(place) : 0;
            if (first < segment.getValue()) {
                return OptionalLong.of(position(segment.getKey(), first));
            }
        }
        return OptionalLong.empty();
    }

    /** The entry that has so many behind it and itself: 1 is the last. */
    OptionalLong fromEnd(long count) {
        long left = count;
        for (Map.Entry<Integer, Long> segment : entriesOfSegment.descendingMap().entrySet()) {
            if (segment.getValue() >= left) {
                return OptionalLong.of(position(segment.getKey(), segment.getValue() - left));
            }
            left -= segment.getValue();
        }
        return OptionalLong.empty();
    }

    @Override
    public String toString() {
        long count = count();
        return count == 0
                ? "none"
                : fromEnd(count).getAsLong() + " to " + fromEnd(1).getAsLong();
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
