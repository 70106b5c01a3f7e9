package dev.tokenring.persistence;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tokenring.codec.CodecException;
import dev.tokenring.codec.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * One segment as its bytes tell it, before Chronicle Queue is let near it.
 *
 * <p>A Chronicle Queue file is a chain of excerpts, each a 4-byte header and its content, each header at a multiple of
 * 4, all numbers little-endian:
 *
 * <pre>
 * +--------+--------------+--------+-------------+--------+-------------+--------+---------+----------+------
 * | header | store record | header | index block | header | index block | header | a frame | header=0 | junk?
 * +--------+--------------+--------+-------------+--------+-------------+--------+---------+----------+------
 *          write position,           these are "meta data" excerpts       "data"  ^ written after its
 *          last sequence                                                            content, all at once
 * </pre>
 *
 * <p>A header is the content's length in its lower 30 bits; bit 30 marks meta data, bit 31 what is not complete; 0 is
 * "nothing yet", and bits 30 and 31 alone mark the end of a file that was rolled. Since the header of an excerpt is
 * written last, a process that dies in the middle leaves a 0 and behind it, perhaps, junk.
 *
 * @see <a href="https://github.com/OpenHFT/RFC/blob/master/Size-Prefixed-Blob/Size-Prefixed-Blob-0.1.md">Size Prefixed
 *     Blob, the format of these excerpts</a>
 */
final class SegmentScan {
    private static final int HEADER_BYTES = 4;
    private static final int META_DATA = 1 << 30;
    private static final int NOT_COMPLETE = 1 << 31;
    private static final int LENGTH_MASK = META_DATA - 1;
    private static final int END_OF_FILE = NOT_COMPLETE | META_DATA;

    private static final int MAX_STORE_RECORD_BYTES = 64 << 10;
    private static final byte[] STORE_TYPE = "SCQStore".getBytes(US_ASCII);
    private static final byte[] WRITE_POSITION = "writePosition".getBytes(US_ASCII);
    private static final byte LONG_ARRAY = (byte) 0x8D;
    private static final int FRAME_MAGIC = 'T' << 24 | 'R' << 16 | 'F' << 8 | Frame.VERSION;

    private final ByteBuffer file;

    private boolean storeRecordIntact;
    private boolean ended;
    private boolean cutShort;
    private int chainEnd;
    private int firstEntryAt = -1;
    private int finishedEntries;
    private int intactEntries;
    private int intactUpTo;
    private int intactEnd;
    private long recordedOffset;
    private boolean recordedEndFound;
    private long recordedEntries;
    private int usedBytes;

    private SegmentScan(ByteBuffer file) {
        this.file = file.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads the whole file and checks every frame in it. */
    static SegmentScan of(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var scan = new SegmentScan(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            scan.findUsedBytes();
            scan.walk();
            return scan;
        }
    }

    /** Whether the file's first header was written, which happens once all is there that an empty segment needs. */
    boolean begun() {
        return file.limit() >= HEADER_BYTES && file.getInt(0) != 0;
    }

    /** Whether the file was closed for good, because a later one was begun. */
    boolean ended() {
        return ended;
    }

    /** Where the next excerpt's header would go. */
    int chainEnd() {
        return chainEnd;
    }

    /** The bytes up to the last that is not 0. */
    int usedBytes() {
        return usedBytes;
    }

    /** How many entries there are up to the last intact one, damaged ones among them included. */
    int entries() {
        return intactUpTo;
    }

    /** How many of {@link #entries()} are damaged. */
    int damagedEntries() {
        return intactUpTo - intactEntries;
    }

    /** How many finished entries the file has had, as far as can be told. */
    long entriesEver() {
        return Math.max(finishedEntries, recordedEntries);
    }

    /** Where the last intact entry ends; 0 if there is none. */
    int intactEnd() {
        return intactEnd;
    }

    /**
     * Whether Chronicle Queue can go on with this file as it is, once the junk behind the chain is gone: every finished
     * entry at its end is intact, and its own note of where the end is agrees with what is there.
     */
    boolean isConsistent() {
        return storeRecordIntact
                && !cutShort
                && intactUpTo == finishedEntries
                && (recordedOffset == 0 || recordedEndFound);
    }

    /**
     * Looks for a finished, intact entry behind the end of the chain, where none should be. What an unfinished excerpt
     * contains is passed over: its content may well be a piece of another journal.
     */
    boolean hasIntactEntriesBehindTheChain() {
        if (ended) {
            return false;
        }
        int at = chainEnd + HEADER_BYTES;
        at += isFrameStart(at) ? Math.max(0, frameLength(at)) : 0;
        for (at = aligned(at); at >= 0 && at + HEADER_BYTES <= usedBytes; at += HEADER_BYTES) {
            if (isFrameStart(at)
                    && file.getInt(at - HEADER_BYTES) == frameLength(at)
                    && isIntact(at, frameLength(at))) {
                return true;
            }
        }
        return false;
    }

    /** Hands on the frames up to the last intact one, damaged ones too, so that each keeps its sequence number. */
    void forEachEntry(Consumer<ByteBuffer> consumer) {
        int at = firstEntryAt;
        for (int handedOn = 0; handedOn < intactUpTo; ) {
            int header = file.getInt(at);
            int length = header & LENGTH_MASK;
            if ((header & META_DATA) == 0) {
                consumer.accept(file.slice(at + HEADER_BYTES, length));
                handedOn++;
            }
            at = aligned(at + HEADER_BYTES + length);
        }
    }

    private void findUsedBytes() {
        int end = file.limit();
        while (end >= Long.BYTES && file.getLong(end - Long.BYTES) == 0) {
            end -= Long.BYTES;
        }
        while (end > 0 && file.get(end - 1) == 0) {
            end--;
        }
        usedBytes = end;
    }

    private void walk() {
        if (file.limit() < HEADER_BYTES || !readStoreRecord()) {
            return;
        }
        storeRecordIntact = true;
        int at = aligned(HEADER_BYTES + (file.getInt(0) & LENGTH_MASK));
        while (at >= 0 && at + HEADER_BYTES <= file.limit()) {
            int header = file.getInt(at);
            int length = header & LENGTH_MASK;
            ended = header == END_OF_FILE;
            cutShort = length > file.limit() - at - HEADER_BYTES;
            if (header == 0 || (header & NOT_COMPLETE) != 0 || cutShort) {
                break;
            }
            if ((header & META_DATA) == 0) {
                countEntry(at, length);
            }
            at = aligned(at + HEADER_BYTES + length);
        }
        chainEnd = Math.min(at, file.limit());
    }

    private void countEntry(int at, int length) {
        firstEntryAt = firstEntryAt < 0 ? at : firstEntryAt;
        finishedEntries++;
        // the count is noted after the offset: a process that died in between leaves none that belongs to the offset
        recordedEndFound |= at == recordedOffset && (recordedEntries == 0 || recordedEntries == finishedEntries);
        if (isIntact(at + HEADER_BYTES, length)) {
            intactEntries++;
            intactUpTo = finishedEntries;
            intactEnd = at + HEADER_BYTES + length;
        }
    }

    /** The first excerpt: {@code header: !SCQStore { writePosition: [ offset, sequence and offset ], …}}. */
    private boolean readStoreRecord() {
        int header = file.getInt(0);
        int length = header & LENGTH_MASK;
        if ((header & ~LENGTH_MASK) != META_DATA
                || length > Math.min(MAX_STORE_RECORD_BYTES, file.limit() - HEADER_BYTES)
                || indexOf(STORE_TYPE, length) < 0) {
            return false;
        }
        int name = indexOf(WRITE_POSITION, length);
        if (name < 0) {
            return false;
        }
        int array = name + WRITE_POSITION.length;
        while (array < length && file.get(array) != LONG_ARRAY) {
            array++;
        }
        int values = array + 1 + 2 * Long.BYTES; // behind the array's capacity and its used length, which are 2
        if (values + 2 * Long.BYTES > HEADER_BYTES + length) {
            return false;
        }
        recordedOffset = file.getLong(values);
        long sequenceAndOffset = file.getLong(values + Long.BYTES);
        boolean agree = sequenceAndOffset >>> Integer.SIZE == (recordedOffset & 0xFFFF_FFFFL);
        recordedEntries = recordedOffset > 0 && agree ? (sequenceAndOffset & 0xFFFF_FFFFL) + 1 : 0;
        return recordedOffset >= 0;
    }

    private int indexOf(byte[] text, int end) {
        for (int at = HEADER_BYTES; at <= end - text.length; at++) {
            if (file.slice(at, text.length).mismatch(ByteBuffer.wrap(text)) < 0) {
                return at;
            }
        }
        return -1;
    }

    private boolean isFrameStart(int at) {
        return at >= 0
                && at + 2 * Integer.BYTES <= file.limit()
                && Integer.reverseBytes(file.getInt(at)) == FRAME_MAGIC;
    }

    private int frameLength(int at) {
        return Integer.reverseBytes(file.getInt(at + Integer.BYTES));
    }

    private boolean isIntact(int at, int length) {
        if (length <= 0 || length > file.limit() - at) {
            return false;
        }
        ByteBuffer bytes = file.slice(at, length);
        try {
            Frame.readFrom(bytes);
            return !bytes.hasRemaining();
        } catch (CodecException e) {
            return false;
        }
    }

    /** Negative if there is no such place in a file of less than 2 GiB. */
    private static int aligned(int at) {
        return at + (-at & (HEADER_BYTES - 1));
    }
}
