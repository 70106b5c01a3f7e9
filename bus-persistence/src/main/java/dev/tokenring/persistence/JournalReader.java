package dev.tokenring.persistence;

import static java.util.Objects.requireNonNull;

import dev.tokenring.codec.Codec;
import dev.tokenring.codec.CodecException;
import dev.tokenring.codec.Frame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Journal} entry by entry, in the order in which they were appended, also while others append.
 *
 * <p>Thread-safety: for one thread at a time; only {@link #close} may come from another at any moment.
 *
 * @param <T> the message type
 */
public final class JournalReader<T> implements AutoCloseable {
    private final Path directory;
    private final Codec<T> codec;
    private final ExcerptTailer tailer;
    private final LongSupplier lastPosition;
    private final Consumer<JournalReader<T>> onClose;

    /** Keeps the files mapped while they are read. */
    private final ReentrantLock lock = new ReentrantLock();

    private byte[] scratch = new byte[4 << 10];
    private long nextPosition;
    private boolean closed;

    /**
     * Creates a reader of what the tailer gives.
     *
     * @param lastPosition the position of the journal's last finished entry, negative if there is none; never too high
     */
    JournalReader(
            Path directory,
            Codec<T> codec,
            ExcerptTailer tailer,
            LongSupplier lastPosition,
            Consumer<JournalReader<T>> onClose) {
        this.directory = directory;
        this.codec = codec;
        this.tailer = tailer;
        this.lastPosition = lastPosition;
        this.onClose = onClose;
    }

    /**
     * The next entry, if there is one by now. Never waits.
     *
     * @return the entry, or null if there is none yet
     * @throws JournalException if the entry is damaged or cannot be decoded, in which case the next call goes on behind
     *     it; or if the reader or its journal is closed
     */
    public @Nullable JournalEntry<T> poll() {
        lock.lock();
        try {
            if (closed) {
                throw new JournalException("The reader of the journal " + directory + " is closed: ask for another");
            }
            ByteBuffer bytes = next();
            if (bytes == null && lastPosition.getAsLong() >= nextPosition) {
                bytes = next(); // it may have been appended just now
                if (bytes == null) {
                    throw new JournalException("The journal " + directory + " breaks off before position "
                            + lastPosition.getAsLong() + ", which was appended: restore its files from a copy");
                }
            }
            return bytes == null ? null : decode(nextPosition - 1, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** The next entry's bytes, and {@link #nextPosition} moved behind it; null if there is none. */
    private @Nullable ByteBuffer next() {
        boolean interrupted = Thread.interrupted(); // it would close files beneath Chronicle Queue
        try (DocumentContext excerpt = tailer.readingDocument()) {
            if (!excerpt.isPresent()) {
                return null;
            }
            nextPosition = excerpt.index() + 1;
            return copyOf(requireNonNull(excerpt.wire()).bytes());
        } catch (RuntimeException | Error e) {
            throw new JournalException(
                    "The journal " + directory + " cannot be read on (" + e + "): restore its files from a copy", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The bytes leave the mapped file: a message may be decoded long after the file is gone. */
    private ByteBuffer copyOf(Bytes<?> excerpt) {
        int length = Math.toIntExact(excerpt.readRemaining());
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, 2 * scratch.length)];
        }
        excerpt.read(scratch, 0, length);
        return ByteBuffer.wrap(scratch, 0, length);
    }

    private JournalEntry<T> decode(long position, ByteBuffer bytes) {
        try {
            var frame = Frame.readFrom(bytes);
            if (!frame.contentType().equals(codec.contentType())) {
                throw new JournalException("The entry at position " + position + " of the journal " + directory + " is "
                        + frame.contentType() + ", but the journal was opened for " + codec.contentType()
                        + ": open it with the codec that it was written with");
            }
            return new JournalEntry<>(position, frame.headers(), codec.decode(frame.payload()));
        } catch (CodecException e) {
            throw new JournalException(
                    "The entry at position " + position + " of the journal " + directory + " cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    void moveToStart() {
        tailer.toStart();
    }

    void moveTo(long position) {
        if (!tailer.moveToIndex(position)) {
            throw new JournalException("The journal " + directory + " cannot find its entry at position " + position
                    + ": restore its files from a copy");
        }
        nextPosition = position;
    }

    /** Passes the next entry without a look at it. */
    void skip() {
        if (next() == null) {
            throw new JournalException(
                    "The journal " + directory + " cannot find its last entry: restore its files from a copy");
        }
    }

    /** Closes the reader; the journal stays open. Closing again does nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                onClose.accept(this);
                tailer.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
