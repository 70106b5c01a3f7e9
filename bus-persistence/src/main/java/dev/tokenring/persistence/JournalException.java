package dev.tokenring.persistence;

import org.jspecify.annotations.Nullable;

/**
 * A journal that cannot be opened, written or read.
 *
 * <p>The message is one sentence for a person: which path, what is wrong with it, and what to do about it.
 */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message which path, what is wrong, and the remedy
     */
    public JournalException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message which path, what is wrong, and the remedy
     * @param cause the failure underneath, or null
     */
    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
