package dev.tokenring.persistence;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a directory and keeps it to one writer: an operating system's lock on a file, which dies with the process, and within the
 * process a set of the directories that are open. The set comes first, because closing any channel of a file gives up
 * all locks that the process holds on it (POSIX fcntl), so a second look at the file would unlock it.
 */
final class DirectoryLock implements AutoCloseable {
    private static final String NAME = "journal.lock";

    /** A byte that nobody reads: on Windows a lock keeps others from reading what it covers. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path realDirectory;
    private final FileChannel channel;

    private DirectoryLock(Path realDirectory, FileChannel channel) {
        this.realDirectory = realDirectory;
        this.channel = channel;
    }

    /** Creates the directory if need be, and sees to it that it can be used. */
    static void prepare(Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw notADirectory(directory);
        }
        try {
            Files.createDirectories(directory);
        } catch (FileAlreadyExistsException e) {
            throw notADirectory(Path.of(e.getFile()));
        } catch (IOException e) {
            throw new JournalException(
                    "Cannot create the journal directory " + directory + " (" + e
                            + "): choose a place that this user may write to",
                    e);
        }
        if (!Files.isReadable(directory) || !Files.isWritable(directory) || !Files.isExecutable(directory)) {
            throw new JournalException("The journal directory " + directory
                    + " may not be read and written by this user: change its rights, or choose another");
        }
    }

    private static JournalException notADirectory(Path path) {
        return new JournalException(
                path + " is a file, but a journal needs a directory: move the file away, or choose another place");
    }

    static DirectoryLock acquire(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw taken(directory, "in this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    real.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw taken(directory, "in process " + holder(channel));
            }
            channel.truncate(0)
                    .write(US_ASCII.encode("" + ProcessHandle.current().pid()), 0);
            return new DirectoryLock(real, channel);
        } catch (OverlappingFileLockException e) {
            abandon(real, channel);
            throw taken(directory, "by another class loader of this process");
        } catch (IOException | RuntimeException e) {
            abandon(real, channel);
            throw e;
        }
    }

    private static JournalException taken(Path directory, String where) {
        return new JournalException("The journal " + directory + " is already open " + where
                + ": close it there first, or give this one a directory of its own");
    }

    private static String holder(FileChannel channel) throws IOException {
        var pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return US_ASCII.decode(pid.flip()).toString();
    }

    private static void abandon(Path real, @Nullable FileChannel channel) throws IOException {
        HELD.remove(real);
        if (channel != null) {
            channel.close();
        }
    }

    /** Gives the directory to the next writer. The file stays: to delete it would race with that writer. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(DirectoryLock.class.getPackageName())
                    .log(System.Logger.Level.WARNING, "Cannot close " + realDirectory.resolve(NAME), e);
        } finally {
            HELD.remove(realDirectory);
        }
    }
}
