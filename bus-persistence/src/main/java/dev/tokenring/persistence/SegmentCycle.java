package dev.tokenring.persistence;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Counts the files of a journal, its segments. Chronicle Queue rolls from file to file by the clock; here the "clock" is
 * the number of the segment, one "day" each, and the journal alone moves it on, when a segment is full. So a wall clock
 * that jumps can neither reorder nor hide entries, a segment's size is bounded and with it the time to check it, and no
 * number is ever skipped.
 *
 * <p>Chronicle Queue makes the file's name from the "day", by a {@link java.time.format.DateTimeFormatter}: the modified
 * Julian day is the one field that is a plain number. It starts at 40,587, the first of January 1970.
 *
 * <p>A position is the segment in the upper half of a long and the entry's sequence number in it in the lower half.
 */
final class SegmentCycle implements RollCycle {
    static final SegmentCycle INSTANCE = new SegmentCycle();

    private static final int FIRST_NUMBER = 40_587;
    private static final int DAY_MS = 86_400_000;
    private static final Pattern FILE_NAME = Pattern.compile("segment-(\\d{6})\\.cq4");

    /** An index block holds 512 places, of every 64th entry: two blocks of 4 KiB to begin with, 16 M entries at most. */
    private static final RollCycleArithmetic ARITHMETIC = RollCycleArithmetic.of(512, 64);

    private SegmentCycle() {}

    /** The "clock": what Chronicle Queue asks whether to go on to the next file. Written by the appending thread. */
    static final class Clock implements TimeProvider {
        private volatile int segment;

        Clock(int segment) {
            this.segment = segment;
        }

        int segment() {
            return segment;
        }

        void moveTo(int next) {
            segment = next;
        }

        @Override
        public long currentTimeMillis() {
            return (long) segment * DAY_MS;
        }
    }

    static String fileName(int segment) {
        return String.format("segment-%06d.cq4", segment + FIRST_NUMBER);
    }

    /** The segment that a file of this name holds; empty if it is no segment's name. */
    static OptionalInt segmentOf(String fileName) {
        Matcher matcher = FILE_NAME.matcher(fileName);
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        int segment = Integer.parseInt(matcher.group(1)) - FIRST_NUMBER;
        return segment < 0 ? OptionalInt.empty() : OptionalInt.of(segment);
    }

    @Override
    public String format() {
        return "'segment-'gggggg";
    }

    @Override
    public int lengthInMillis() {
        return DAY_MS;
    }

    @Override
    public int defaultIndexCount() {
        return ARITHMETIC.indexCount();
    }

    @Override
    public int defaultIndexSpacing() {
        return ARITHMETIC.indexSpacing();
    }

    @Override
    public long toIndex(int cycle, long sequenceNumber) {
        return ARITHMETIC.toIndex(cycle, sequenceNumber);
    }

    @Override
    public long toSequenceNumber(long index) {
        return ARITHMETIC.toSequenceNumber(index);
    }

    @Override
    public int toCycle(long index) {
        return ARITHMETIC.toCycle(index);
    }

    @Override
    public long maxMessagesPerCycle() {
        return ARITHMETIC.maxMessagesPerCycle();
    }

    @Override
    public String toString() {
        return "SEGMENT";
    }
}
