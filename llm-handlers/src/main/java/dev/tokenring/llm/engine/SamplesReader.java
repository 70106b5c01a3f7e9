package dev.tokenring.llm.engine;

import dev.tokenring.llm.Generation;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one reader of several answers to a prompt. Their pieces reach it as they are made, each with the number of its
 * answer, one call at a time: what is done for one of the answers is done when what was begun for another is over. Nothing
 * is done before it {@linkplain #begin begins}.
 *
 * <p>Safe for use by any thread.
 */
final class SamplesReader implements Executor {
    private final Executor threads;
    private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
    /** How many errands there are, and one more until the beginning. */
    private final AtomicInteger calls = new AtomicInteger(1);

    private final Queue<Runnable> whenRoom = new ConcurrentLinkedQueue<>();
    private volatile Reader reader;

    /** For nobody: an answer that came to nothing, because another could not be asked for. */
    private static final class Nobody implements Reader {
        @Override
        public boolean isGone() {
            return true;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void onRoom(Runnable action) {
            action.run();
        }

        @Override
        public void read(Generation piece) {}

        @Override
        public void failed(Throwable cause) {}
    }

    /** What one of the answers has for a reader. */
    private final class OfOne implements Reader {
        private final int sample;

        OfOne(int sample) {
            this.sample = sample;
        }

        @Override
        public boolean isGone() {
            return reader.isGone();
        }

        @Override
        public boolean hasRoom() {
            return reader.hasRoom();
        }

        @Override
        public void onRoom(Runnable action) {
            whenRoom.add(action);
            reader.onRoom(SamplesReader.this::tellRoom);
        }

        @Override
        public void read(Generation piece) {
            reader.read(piece.ofSample(sample));
        }

        @Override
        public void failed(Throwable cause) {
            reader.failed(cause);
        }
    }

    SamplesReader(Reader reader, Executor threads) {
        this.reader = reader;
        this.threads = threads;
    }

    /** The reader that one of the answers gets; its errands are for this executor. */
    Reader of(int sample) {
        return new OfOne(sample);
    }

    /** Has the reader hear what there is. */
    void begin() {
        if (calls.decrementAndGet() > 0) {
            threads.execute(this::runAll);
        }
    }

    /** Gives up the answers that were asked for so far; the reader hears nothing of them. */
    void giveUp() {
        reader = new Nobody();
        begin();
    }

    @Override
    public void execute(Runnable errand) {
        errands.add(errand);
        if (calls.getAndIncrement() == 0) {
            threads.execute(this::runAll);
        }
    }

    private void runAll() {
        do {
            errands.remove().run();
        } while (calls.decrementAndGet() > 0);
    }

    private void tellRoom() {
        for (Runnable next = whenRoom.poll(); next != null; next = whenRoom.poll()) {
            next.run();
        }
    }
}
