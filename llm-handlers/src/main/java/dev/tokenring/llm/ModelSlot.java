package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place of a model whose versions change while it is used. Whoever asks gets the present one; requests that are being
 * answered when it changes are finished by the version that began them, so that each answer comes from one version, and
 * none is lost.
 *
 * <pre>{@code
 * try (var slot = new ModelSlot(LanguageModel.load(first))) {
 *     bus.serveAsync(
 *             DIALOGUE,
 *             GenerationHandler.of(
 *                     slot,
 *                     (model, query) -> model.chatPrompt(List.of(ChatMessage.user(query.query())), 64),
 *                     (model, query) -> model.defaults(),
 *                     (piece, headers) -> new NlpResponse(piece.text(), Instant.now())));
 *     LanguageModel next = LanguageModel.load(second);
 *     next.warmUp();
 *     slot.replace(next, Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>Safe for use by any thread.
 */
public final class ModelSlot implements AutoCloseable {
    private final Object replacing = new Object();
    private volatile LanguageModel present;
    private volatile boolean closed; // set under replacing

    /**
     * Makes a slot.
     *
     * @param first the model to begin with, which is the slot's to close from now on
     * @throws IllegalArgumentException if it is closed
     */
    public ModelSlot(LanguageModel first) {
        present = alive(requireNonNull(first, "first"));
    }

    private static LanguageModel alive(LanguageModel model) {
        if (model.health() == Health.CLOSED) {
            throw new IllegalArgumentException("the model " + model.name() + " is closed: load it again");
        }
        return model;
    }

    /**
     * The present version. It may be replaced, and closed, at any moment: see {@link #use}.
     *
     * @return the model
     */
    public LanguageModel present() {
        return present;
    }

    /**
     * Does something with the present version; again, with the next one, if the version was replaced before it had begun.
     *
     * @param <T> what comes of it
     * @param work generates with the model that it is given
     * @return what the work returned
     * @throws IllegalStateException if the slot is closed
     */
    public <T> T use(Function<? super LanguageModel, ? extends T> work) {
        while (true) {
            LanguageModel model = present;
            if (closed) {
                throw new IllegalStateException("the slot of the model " + model.name() + " is closed: make a new one");
            }
            try {
                return work.apply(model);
            } catch (IllegalStateException e) {
                if (model == present || model.health() == Health.READY) {
                    throw e;
                }
            }
        }
    }

    /**
     * Puts the next version in the place of the present one: new requests go to it at once. Then waits until the old one
     * has finished what it had begun, and unloads it.
     *
     * @param next the next version, {@linkplain LanguageModel#warmUp() warmed up} if its first request is to be as fast as
     *     the rest; the slot's to close from now on
     * @param patience how long the old version may take to finish; what is not finished then ends with {@link
     *     FinishReason#CANCELLED}, and on the bus with {@link dev.tokenring.bus.RequestFailure#HANDLER_FAILED}
     * @return how many requests were not finished in time
     * @throws IllegalArgumentException if the next version is closed, or the patience negative; the present one stays
     * @throws IllegalStateException if the slot is closed; the next version is closed then too
     */
    public int replace(LanguageModel next, Duration patience) {
        requireNonNull(next, "next");
        LanguageModel.requirePatience(patience);
        alive(next);
        LanguageModel before = putIn(next);
        if (before == null) {
            next.close();
            throw new IllegalStateException("the slot is closed, and so is the model " + next.name()
                    + " that came for it: make a new one with a model that is loaded again");
        }
        return before == next ? 0 : before.close(patience);
    }

    /** The version that was there before; null if it is too late for another. */
    private @Nullable LanguageModel putIn(LanguageModel next) {
        synchronized (replacing) {
            if (closed) {
                return null;
            }
            LanguageModel before = present;
            present = next;
            return before;
        }
    }

    /** Closes the present version; there will be no other. */
    @Override
    public void close() {
        synchronized (replacing) {
            closed = true;
        }
        present.close();
    }
}
