package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.llm.engine.Reader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The thread that asked for an answer, as its reader: it waits, and does what the engine has for it to do. */
final class CallingReader implements Reader, Executor {
    private final Consumer<Generation> pieces;
    private final BooleanSupplier cancelled;
    private final BlockingQueue<Runnable> errands;
    private volatile @Nullable Throwable thrownByCancelled;
    private @Nullable Generation whole;
    private @Nullable Throwable failure;

    CallingReader(Consumer<Generation> pieces, BooleanSupplier cancelled) {
        this(pieces, cancelled, new LinkedBlockingQueue<>());
    }

    private CallingReader(Consumer<Generation> pieces, BooleanSupplier cancelled, BlockingQueue<Runnable> errands) {
        this.pieces = pieces;
        this.cancelled = cancelled;
        this.errands = errands;
    }

    /** The same thread as the reader of another answer: while it waits for either, it reads both. */
    CallingReader ofAnother() {
        return new CallingReader(pieces, cancelled, errands);
    }

    /**
     * Reads until the end, also if the thread is interrupted meanwhile, which it then still is.
     *
     * @throws RuntimeException or an error, which ended the generation
     */
    Generation readAll() {
        boolean interrupted = false;
        while (failure == null && (whole == null || whole.finishReason() == null)) {
            try {
                errands.take().run();
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable cause = thrownByCancelled == null ? failure : thrownByCancelled;
        if (cause != null) {
            throw CallingReader.<RuntimeException>asItIs(cause);
        }
        return requireNonNull(whole);
    }

    /** What is checked by the compiler may come from code that was compiled by another one. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException asItIs(Throwable cause) throws E {
        throw (E) cause;
    }

    @Override
    public void execute(Runnable errand) {
        errands.add(errand);
    }

    @Override
    public boolean isGone() {
        try {
            return thrownByCancelled != null || cancelled.getAsBoolean();
        } catch (Throwable callersOwn) {
            thrownByCancelled = callersOwn;
            return true;
        }
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
    public void read(Generation piece) {
        whole = whole == null ? piece : whole.append(piece);
        pieces.accept(piece);
    }

    @Override
    public void failed(Throwable cause) {
        failure = cause;
    }
}
