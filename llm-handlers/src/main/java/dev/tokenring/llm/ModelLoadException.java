package dev.tokenring.llm;

import org.jspecify.annotations.Nullable;

/** A model folder that can't be loaded; the message says in one sentence which file is wrong, how, and what to do. */
public final class ModelLoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong with a model folder.
     *
     * @param message file, fault and remedy in one sentence
     */
    public ModelLoadException(String message) {
        this(message, null);
    }

    /**
     * Says what is wrong with a model folder, and what led to it.
     *
     * @param message file, fault and remedy in one sentence
     * @param cause what a library threw, or null
     */
    public ModelLoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
