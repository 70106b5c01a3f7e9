package dev.tokenring.persistence;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * All that touches Chronicle Queue to write: the segments of one directory, of which the last is appended to.
 *
 * <p>For one thread at a time, but for {@link #newTailer()}.
 */
final class SegmentStore implements AutoCloseable {
    static final String METADATA_FILE = "metadata.cq4t";

    /**
     * Where Chronicle Queue notes that all segments before a certain one have their end mark. Without the note it opens
     * every segment to look.
     */
    private static final String ENDED_BEFORE = "normalisedEOFsTo";

    /** What Chronicle Queue writes of its own between two entries, at most: an index block. */
    private static final int INDEX_ROOM_BYTES = 16 << 10;

    private static final int METADATA_ROOM_BYTES = 8 << 10;

    private final Path directory;
    private final JournalSizes sizes;
    private final SegmentCycle.Clock clock;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final ExcerptTailer counter;
    private final Positions positions;

    private @Nullable DiskRoom room;
    private int roomSegment = -1;
    private long end;

    /** Opens Chronicle Queue on a directory whose last segment is known to be sound. */
    SegmentStore(Path directory, JournalSizes sizes, SegmentTail tail) throws IOException {
        this.directory = directory;
        this.sizes = sizes;
        this.clock = new SegmentCycle.Clock(tail.appendTo());
        renewMetadata();
        this.queue = SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(SegmentCycle.INSTANCE)
                .timeProvider(clock)
                .blockSize(sizes.blockBytes())
                .build();
        this.positions = new Positions(tail.first(), tail.last(), tail.lastEntries(), this::countEntries);
        try {
            // a segment gets its end mark before the next one is begun, so only the last may lack it
            queue.tableStorePut(ENDED_BEFORE, tail.last());
            this.appender = queue.createAppender();
            appender.singleThreadedCheckDisabled(true); // its threads take turns under the journal's lock
            counter = newTailer();
            checkLast(tail);
            if (tail.lastEnd() > 0 && tail.last() == tail.appendTo()) {
                end = tail.lastEnd();
                room = DiskRoom.in(fileOf(tail.last()), end);
                roomSegment = tail.last();
            }
        } catch (RuntimeException | Error e) {
            queue.close();
            throw e;
        }
    }

    /**
     * Chronicle Queue's notes about the directory can all be found again from the segments. They may be damaged, and they
     * hold the lock of a writer that may have died and whose process id may have been given to another process.
     */
    private void renewMetadata() throws IOException {
        Path metadata = directory.resolve(METADATA_FILE);
        Files.deleteIfExists(metadata);
        try (var metadataRoom = DiskRoom.in(metadata, 0)) {
            metadataRoom.claim(METADATA_ROOM_BYTES);
        }
    }

    private void checkLast(SegmentTail tail) {
        if (tail.first() > tail.last()) {
            return;
        }
        long entries = countEntries(tail.last());
        if (entries != tail.lastEntries()) {
            throw new JournalException(fileOf(tail.last()) + " holds " + tail.lastEntries()
                    + " entries, but its index tells of " + entries
                    + ": restore the file from a copy, or move it away to go on without its messages");
        }
    }

    private long countEntries(int segment) {
        boolean interrupted = Thread.interrupted(); // it would close files beneath Chronicle Queue
        try {
            long entries = counter.excerptsInCycle(segment);
            if (entries < 0) {
                throw new JournalException(fileOf(segment) + " is gone: restore it from a copy");
            }
            return entries;
        } catch (JournalException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new JournalException(
                    "The entries of " + fileOf(segment) + " cannot be counted (" + e + "): restore it from a copy", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Path fileOf(int segment) {
        return directory.resolve(SegmentCycle.fileName(segment));
    }

    /**
     * Appends one entry; when this returns, its bytes are the operating system's to keep.
     *
     * @return the position
     */
    long append(byte[] bytes, int length) {
        int segment = end > sizes.segmentBytes() ? clock.segment() + 1 : clock.segment();
        claimRoom(segment, length);
        clock.moveTo(segment);
        long position;
        try (DocumentContext excerpt = appender.writingDocument()) {
            try {
                Bytes<?> out = requireNonNull(excerpt.wire()).bytes();
                position = excerpt.index();
                out.write(bytes, 0, length);
                end = out.writePosition();
            } catch (RuntimeException | Error e) {
                excerpt.rollbackOnClose();
                throw e;
            }
        }
        positions.addOne(segment);
        return position;
    }

    /** Begins the current segment without an entry. */
    void begin() {
        claimRoom(clock.segment(), 0);
        try (DocumentContext excerpt = appender.writingDocument()) {
            excerpt.rollbackOnClose();
        }
    }

    private void claimRoom(int segment, int length) {
        if (segment != roomSegment) {
            var fresh = DiskRoom.in(fileOf(segment), 0);
            try {
                fresh.claim(length + 3L * INDEX_ROOM_BYTES);
            } catch (JournalException e) {
                fresh.close();
                throw e;
            }
            if (room != null) {
                room.close();
            }
            room = fresh;
            roomSegment = segment;
            end = 0;
        }
        if (room != null) {
            room.claim(end + length + 2L * INDEX_ROOM_BYTES);
        }
    }

    ExcerptTailer newTailer() {
        ExcerptTailer tailer = queue.createTailer();
        tailer.singleThreadedCheckDisabled(true); // its threads take turns under the reader's lock
        return tailer;
    }

    /** Which positions there are; kept up to date. */
    Positions positions() {
        return positions;
    }

    @Override
    public void close() throws IOException {
        counter.close();
        queue.close();
        if (room != null) {
            room.giveBack(end);
            room.close();
        }
    }
}
