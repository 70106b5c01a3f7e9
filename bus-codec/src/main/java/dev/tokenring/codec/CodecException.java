package dev.tokenring.codec;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not the message they should be, or a message that cannot become bytes.
 *
 * <p>The message is one sentence for a person: what was expected, what was found, where, and what to do about it. It may
 * quote a short piece of the input.
 */
public final class CodecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was expected, what was found, where, and the remedy
     */
    public CodecException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what was expected, what was found, where, and the remedy
     * @param cause the failure underneath, or null
     */
    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
