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

    /**
     * Says what is wrong with a model folder in the words of a library, of which the first line is taken.
     *
     * @param fault what is wrong with which file
     * @param cause what a library threw
     * @param remedy what to do
     * @return the exception
     */
    public static ModelLoadException because(String fault, Throwable cause, String remedy) {
        String reason = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage())
                .lines()
                .findFirst()
                .orElse("");
        return new ModelLoadException(fault + " (" + reason + "): " + remedy, cause);
    }
}
