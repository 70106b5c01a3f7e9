package dev.tokenring.persistence;

/**
 * The sizes of a journal's files.
 *
 * @param segmentBytes a segment that has grown beyond this is closed, and the next begun; it bounds what is checked when
 *     a journal is opened
 * @param blockBytes how much of a segment is mapped at a time. The file is as long as the blocks that were mapped, but
 *     takes disk only where it was written
 */
record JournalSizes(long segmentBytes, int blockBytes) {
    static final JournalSizes DEFAULT = new JournalSizes(64L << 20, 16 << 20);

    /** Chronicle Queue maps a quarter of a block beyond each block, and an excerpt must not reach further. */
    int maxEntryBytes() {
        return blockBytes / 4 - 64;
    }
}
