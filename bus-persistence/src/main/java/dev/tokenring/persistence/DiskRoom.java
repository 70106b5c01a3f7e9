package dev.tokenring.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Claims disk blocks ahead of what is written through a memory map. A store into a mapped hole of a file, on a disk that
 * is full, is not an exception but a SIGBUS, which the JVM may report late or never; a plain write that finds no room
 * fails cleanly, before a message is taken on. So zeros are written ahead, and the map only ever touches blocks that
 * exist.
 *
 * <p>For one thread at a time. Not a {@code FileChannel}, which an interrupt of the appending thread would close.
 */
final class DiskRoom implements Closeable {
    private static final int FIRST_STEP_BYTES = 64 << 10;
    private static final int LARGEST_STEP_BYTES = 1 << 20;
    private static final int PAGE_BYTES = 4 << 10;

    private final Path path;
    private final RandomAccessFile file;
    private long claimedUpTo;
    private int stepBytes = FIRST_STEP_BYTES;

    private DiskRoom(Path path, RandomAccessFile file, long usedUpTo) {
        this.path = path;
        this.file = file;
        this.claimedUpTo = usedUpTo;
    }

    /**
     * Starts to claim room in a file.
     *
     * @param usedUpTo from here on there is nothing in the file but zeros, or nothing at all
     * @throws JournalException if the file cannot be opened or created
     */
    static DiskRoom in(Path path, long usedUpTo) {
        try {
            return new DiskRoom(path, new RandomAccessFile(path.toFile(), "rw"), usedUpTo);
        } catch (IOException e) {
            throw new JournalException(
                    "Cannot write to " + path + " (" + e.getMessage() + "): check the rights and the room on its disk",
                    e);
        }
    }

    /**
     * Claims at least the bytes up to this offset.
     *
     * @throws JournalException if the disk has no room; nothing is lost, and it can be tried again
     */
    void claim(long upTo) {
        if (upTo <= claimedUpTo) {
            return;
        }
        long wanted = Math.max(upTo, claimedUpTo + stepBytes);
        try {
            var zeros = new byte[stepBytes];
            while (claimedUpTo < wanted) {
                int length = (int) Math.min(zeros.length, wanted - claimedUpTo);
                file.seek(claimedUpTo);
                file.write(zeros, 0, length);
                claimedUpTo += length;
            }
        } catch (IOException e) {
            throw new JournalException(
                    "There is no room for another message in " + path + " (" + e.getMessage()
                            + "): free space on its disk and append the message again; all before it is kept",
                    e);
        }
        stepBytes = Math.min(LARGEST_STEP_BYTES, 2 * stepBytes);
    }

    /** Gives back, as far as the operating system lets it, what was claimed beyond the last byte that is not 0. */
    void giveBack(long usedUpTo) throws IOException {
        long end = file.length();
        long keep = usedUpTo;
        file.seek(usedUpTo);
        var bytes = new byte[FIRST_STEP_BYTES];
        long at = usedUpTo;
        while (at < Math.min(end, claimedUpTo)) {
            int length = file.read(bytes, 0, (int) Math.min(bytes.length, end - at));
            if (length < 0) {
                break;
            }
            for (int i = 0; i < length; i++) {
                keep = bytes[i] == 0 ? keep : at + i + 1;
            }
            at += length;
        }
        // the 4 bytes of the next header stay, as 0
        long pages = (keep + Integer.BYTES + PAGE_BYTES - 1) / PAGE_BYTES;
        if (pages * PAGE_BYTES < end) {
            file.setLength(pages * PAGE_BYTES);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
