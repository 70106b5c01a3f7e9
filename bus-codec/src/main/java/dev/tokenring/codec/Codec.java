package dev.tokenring.codec;

import java.nio.ByteBuffer;

/**
 * Turns messages of one type into bytes of one content type, and back.
 *
 * <p>The two directions have different shapes on purpose. Encoding returns an array of its own, because no format knows
 * its size before it is done and every library ends in an array anyway. Decoding takes a {@link ByteBuffer}, because the
 * bytes usually lie inside something larger (a frame, a mapped file, a network buffer) that need not be copied to be
 * read.
 *
 * <p>Thread-safety: an implementation may be used by any number of threads at once, and keeps no state between calls.
 *
 * @param <T> the message type
 */
public interface Codec<T> {
    /**
     * The type that this codec encodes and decodes; values of its subtypes are welcome where the format can tell them
     * apart.
     *
     * @return the message type
     */
    Class<T> messageType();

    /**
     * The media type of the bytes, such as {@code application/json}.
     *
     * @return the content type, ASCII and not empty
     */
    String contentType();

    /**
     * Encodes one message.
     *
     * @param message the message
     * @return the bytes, in an array that nobody else holds
     * @throws CodecException if the message cannot be expressed, such that what is written could not be read again
     */
    byte[] encode(T message);

    /**
     * Decodes one message from all bytes between the buffer's position and its limit. The buffer itself is not changed:
     * neither its content nor its position. The message holds no reference to it.
     *
     * @param bytes the bytes of exactly one message; heap or direct, writable or not
     * @return the message
     * @throws CodecException if the bytes are not one message of this type; whatever the bytes are, nothing else is
     *     thrown
     */
    T decode(ByteBuffer bytes);

    /**
     * Decodes one message from a whole array.
     *
     * @param bytes the bytes of exactly one message
     * @return the message
     * @throws CodecException if the bytes are not one message of this type
     */
    default T decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }
}
