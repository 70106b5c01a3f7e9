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
    private final BlockingQueue<Runnable> errands = new LinkedBlockingQueue<>();
    private volatile @Nullable Throwable thrownByCancelled;
    private @Nullable Generation whole;
    private @Nullable Throwable failure;

    CallingReader(Consumer<Generation> pieces, BooleanSupplier cancelled) {
        this.pieces = pieces;
        this.cancelled = cancelled;
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
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return requireNonNull(whole);
    }

    @Override
    public void execute(Runnable errand) {
        errands.add(errand);
    }

    @Override
    public boolean isGone() {
        try {
            return thrownByCancelled != null || cancelled.getAsBoolean();
        } catch (RuntimeException | Error callersOwn) {
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
