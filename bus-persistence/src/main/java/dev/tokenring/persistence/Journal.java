package dev.tokenring.persistence;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.codec.Codec;
import dev.tokenring.codec.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A durable log of messages in a directory of its own.
 *
 * <pre>{@code
 * try (Journal<Alert> journal = Journal.open(directory, JsonCodec.of(Alert.class))) {
 *     long position = journal.append(new Alert("queue is filling"), Headers.NONE.withSender("monitor"));
 *     journal.last(10).forEach(entry -> pager.page(entry.message()));
 * }
 * }</pre>
 *
 * <p><b>Durability</b> is {@code OS}: when {@code append} returns, the message is in the operating system's page cache
 * and survives the death of this process at any moment. A power failure may take the last seconds with it. Every entry
 * carries a checksum, so what is read is what was appended, or a {@link JournalException}.
 *
 * <p><b>One writer.</b> A journal is open once, in one process; whoever opens it second is refused. The lock dies with
 * the process.
 *
 * <p><b>Opening after a crash</b> checks the last segment (64 MiB at most, a fraction of a second), cuts what a dying
 * process left unfinished, and says so in {@link #recovery()} and, as a warning, through {@link System.Logger}.
 *
 * <p><b>Files.</b> Entries lie in segments of about 64 MiB, {@code segment-040587.cq4} and following, on Chronicle
 * Queue. The number grows with each segment; the clock has no say in it. A segment's file may look up to 20 MiB longer
 * than what is in it, but takes disk only for what is written, and up to 1 MiB more for what comes next. A message may
 * take up to 4 MiB with its headers.
 *
 * <p><b>The JVM</b> needs the flags that {@link JvmFlags} lists; without them {@link #open} fails with a message that
 * says where to put them.
 *
 * <p>Thread-safety: any thread may append, read and close at any time; appends take turns. Each {@link JournalReader} is
 * for one thread at a time.
 *
 * @param <T> the message type
 */
public final class Journal<T> implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger("dev.tokenring.persistence");

    private final Path directory;
    private final Codec<T> codec;
    private final JournalSizes sizes;
    private final DirectoryLock directoryLock;
    private final Recovery recovery;
    private final SegmentStore store;

    private final Set<JournalReader<T>> readers = ConcurrentHashMap.newKeySet();

    /** Guards everything below, and the store. */
    private final ReentrantLock lock = new ReentrantLock();

    private ByteBuffer scratch = ByteBuffer.allocate(4 << 10);
    private long bytesAppended;
    private boolean closed;
    private @Nullable Throwable failure;

    /** Written under the lock, read by the readers without it. */
    private volatile long lastPosition;

    private Journal(
            Path directory,
            Codec<T> codec,
            JournalSizes sizes,
            DirectoryLock directoryLock,
            Recovery recovery,
            SegmentStore store) {
        this.directory = directory;
        this.codec = codec;
        this.sizes = sizes;
        this.directoryLock = directoryLock;
        this.recovery = recovery;
        this.store = store;
        this.lastPosition = store.positions().fromEnd(1).orElse(-1);
    }

    /**
     * Opens a journal, or begins one.
     *
     * @param <T> the message type
     * @param directory where the journal lies; created, with its parents, if it does not exist
     * @param codec turns messages into bytes and back; the journal must have been written with the same content type
     * @return the open journal
     * @throws JournalException if the JVM lacks a flag that is needed; if the directory cannot be created, read or
     *     written; if it is open already; or if its last segment is damaged in such a way that
     *     to go on would be to lose acknowledged messages
     */
    public static <T> Journal<T> open(Path directory, Codec<T> codec) {
        return open(directory, codec, JournalSizes.DEFAULT);
    }

    static <T> Journal<T> open(Path directory, Codec<T> codec, JournalSizes sizes) {
        requireNonNull(directory, "directory");
        requireNonNull(codec, "codec");
        ChronicleSetup.prepare();
        DirectoryLock directoryLock = null;
        try {
            DirectoryLock.prepare(directory);
            directoryLock = DirectoryLock.acquire(directory);
            SegmentTail tail = TailRecovery.recover(directory, sizes);
            report(directory, tail.recovery());
            var store = new SegmentStore(directory, sizes, tail);
            return new Journal<>(directory, codec, sizes, directoryLock, tail.recovery(), store);
        } catch (JournalException e) {
            release(directoryLock);
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            release(directoryLock);
            throw new JournalException(
                    "Cannot open the journal " + directory + " (" + e
                            + "): check that it is a directory that this user may read and write, with room on its disk,"
                            + " and that its files are whole",
                    e);
        }
    }

    private static void release(@Nullable DirectoryLock directoryLock) {
        if (directoryLock != null) {
            directoryLock.close();
        }
    }

    private static void report(Path directory, Recovery recovery) {
        if (!recovery.isClean()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "The journal {0} did not end in order: {1} bytes of unfinished or damaged entries were cut, among them"
                            + " {2} finished entries; {3} damaged entries remain{4}",
                    directory,
                    Long.toString(recovery.cutBytes()),
                    Long.toString(recovery.lostEntries()),
                    Long.toString(recovery.damagedEntries()),
                    recovery.keptAside()
                            .map(file -> "; the file as it was is " + file)
                            .orElse(""));
        }
    }

    /**
     * Appends a message without headers.
     *
     * @param message the message
     * @return its position
     * @throws dev.tokenring.codec.CodecException if the codec refuses the message; the journal is unchanged then
     * @throws JournalException as {@link #append(Object, Headers)}
     */
    public long append(T message) {
        return append(message, Headers.NONE);
    }

    /**
     * Appends a message. When this returns, the message survives the death of this process.
     *
     * @param message the message
     * @param headers what travels beside it
     * @return its position
     * @throws dev.tokenring.codec.CodecException if the codec refuses the message or the headers; the journal is
     *     unchanged then
     * @throws JournalException if the journal is closed, if the message is larger than 4 MiB, or if the disk has no room
     *     for it: the journal is unchanged then, and can be used as before. If anything else fails, the journal takes no
     *     more messages and has to be opened anew
     */
    public long append(T message, Headers headers) {
        var frame = Frame.of(headers, codec.contentType(), ByteBuffer.wrap(codec.encode(message)));
        if (frame.sizeBytes() > sizes.maxEntryBytes()) {
            throw new JournalException("A message of " + frame.sizeBytes() + " bytes is too large for the journal "
                    + directory + ", which takes up to " + sizes.maxEntryBytes()
                    + ": keep large content in a file of its own and journal a reference to it");
        }
        lock.lock();
        try {
            requireUsable();
            return write(frame);
        } finally {
            lock.unlock();
        }
    }

    private long write(Frame frame) {
        if (scratch.capacity() < frame.sizeBytes()) {
            scratch = ByteBuffer.allocate(Math.max(frame.sizeBytes(), 2 * scratch.capacity()));
        }
        frame.writeTo(scratch.clear());
        // an interrupt would close files beneath Chronicle Queue
        boolean interrupted = Thread.interrupted();
        try {
            long position = store.append(scratch.array(), frame.sizeBytes());
            bytesAppended += frame.sizeBytes();
            lastPosition = position;
            return position;
        } catch (JournalException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw failed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new JournalException("The journal " + directory + " is closed: open it again to use it");
        }
        if (failure != null) {
            throw failed(failure);
        }
    }

    private JournalException failed(Throwable cause) {
        return new JournalException(
                "The journal " + directory + " could not be written (" + cause
                        + ") and takes no more messages: check its disk, then close it and open it again; all that was"
                        + " acknowledged is kept",
                cause);
    }

    /**
     * Reads from the first entry on, and then those that are still to come.
     *
     * @return a reader before the first entry; close it when done
     * @throws JournalException if the journal is closed
     */
    public JournalReader<T> read() {
        lock.lock();
        try {
            requireOpen();
            var reader = newReader();
            reader.moveToStart();
            return reader;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads from a position on, that entry included, and then those that are still to come. To go on behind an entry, ask
     * for its position + 1.
     *
     * @param position a position that {@code append} returned or an entry has; or one more
     * @return a reader before the first entry at or after that position; close it when done
     * @throws JournalException if there is no such place in the journal, or if it is closed
     */
    public JournalReader<T> readFrom(long position) {
        lock.lock();
        try {
            requireOpen();
            if (!store.positions().hasPlace(position)) {
                throw new JournalException("The journal " + directory + " has no position " + position + ", but "
                        + store.positions() + ": take one that an entry or append gave");
            }
            OptionalLong next = store.positions().atOrAfter(position);
            return next.isPresent() ? readerAt(next.getAsLong()) : readerBehindAll();
        } finally {
            lock.unlock();
        }
    }

    private JournalReader<T> readerBehindAll() {
        OptionalLong last = store.positions().fromEnd(1);
        if (last.isEmpty()) {
            return read();
        }
        var reader = readerAt(last.getAsLong());
        try {
            reader.skip();
            return reader;
        } catch (JournalException e) {
            reader.close();
            throw e;
        }
    }

    private JournalReader<T> readerAt(long position) {
        var reader = newReader();
        try {
            reader.moveTo(position);
            return reader;
        } catch (JournalException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * The last entries, oldest first.
     *
     * @param count how many at most; fewer if the journal has fewer
     * @return the entries
     * @throws IllegalArgumentException if count is negative
     * @throws JournalException if the journal is closed, or if one of the entries is damaged
     */
    public List<JournalEntry<T>> last(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ": give 0 or more");
        }
        long wanted;
        JournalReader<T> reader;
        lock.lock();
        try {
            requireOpen();
            wanted = store.positions().countUpTo(count);
            reader = wanted == 0
                    ? read()
                    : readerAt(store.positions().fromEnd(wanted).orElseThrow());
        } finally {
            lock.unlock();
        }
        try (reader) {
            var entries = new ArrayList<JournalEntry<T>>();
            while (entries.size() < wanted) {
                entries.add(requireNonNull(reader.poll(), "an entry that was counted"));
            }
            return entries;
        }
    }

    private JournalReader<T> newReader() {
        var reader = new JournalReader<>(directory, codec, store.newTailer(), () -> lastPosition, readers::remove);
        readers.add(reader);
        return reader;
    }

    private void requireOpen() {
        if (closed) {
            throw new JournalException("The journal " + directory + " is closed: open it again to use it");
        }
    }

    /**
     * How many entries the journal holds. The first call looks into each segment, which takes about a millisecond a
     * segment.
     *
     * @return entries, damaged ones included
     * @throws JournalException if the journal is closed, or if one of its segments cannot be read
     */
    public long entryCount() {
        lock.lock();
        try {
            requireOpen();
            return store.positions().count();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How much was appended since the journal was opened: frames, so messages with their headers and checksums.
     *
     * @return bytes
     */
    public long bytesAppended() {
        lock.lock();
        try {
            return bytesAppended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What opening found at the journal's end.
     *
     * @return the finding; clean after an orderly close
     */
    public Recovery recovery() {
        return recovery;
    }

    /**
     * Where the journal lies.
     *
     * @return the directory that was given to {@link #open}
     */
    public Path directory() {
        return directory;
    }

    /**
     * Closes the journal and its readers, and frees the directory for the next writer. Closing again does nothing.
     *
     * @throws JournalException if the files could not be closed; what was appended is kept all the same
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            boolean interrupted = Thread.interrupted();
            try {
                readers.forEach(JournalReader::close);
                store.close();
            } catch (IOException | RuntimeException e) {
                throw new JournalException(
                        "The journal " + directory + " was not closed in order (" + e
                                + "): check its disk; all that was acknowledged is kept",
                        e);
            } finally {
                directoryLock.close();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "Journal[" + directory + "]";
    }
}
