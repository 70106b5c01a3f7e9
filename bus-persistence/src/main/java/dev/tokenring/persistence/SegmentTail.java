package dev.tokenring.persistence;

/**
 * Where a journal ends, once {@link TailRecovery} has seen to it.
 *
 * @param first the first segment; greater than {@code last} if there is none
 * @param last the last segment
 * @param lastEntries how many entries are in the last segment
 * @param lastEnd the offset in the last segment at which the next entry may be written
 * @param appendTo the segment that takes the next entry: the last one, or the one after it
 * @param recovery what was found and done
 */
record SegmentTail(int first, int last, int lastEntries, long lastEnd, int appendTo, Recovery recovery) {}
