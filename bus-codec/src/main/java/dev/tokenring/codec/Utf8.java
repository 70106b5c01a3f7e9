package dev.tokenring.codec;

import java.nio.ByteBuffer;

/**
 * Whether bytes are UTF-8 in the strict sense of RFC 3629: Jackson lets overlong forms and lone surrogates pass, through
 * which forbidden characters slip past a filter.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3629#section-4">RFC 3629, section 4: the table that this follows</a>
 */
final class Utf8 {
    private static final long EIGHT_HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /**
     * The first offset from the buffer's position at which no valid character starts.
     *
     * @return the offset, or -1 if all is valid
     */
    static int indexOfInvalid(ByteBuffer bytes) {
        int start = bytes.position();
        int end = bytes.limit();
        int at = start;
        while (at < end) {
            if (end - at >= Long.BYTES && (bytes.getLong(at) & EIGHT_HIGH_BITS) == 0) {
                at += Long.BYTES; // eight ASCII characters
                continue;
            }
            int length = characterLength(bytes, at, end);
            if (length == 0) {
                return at - start;
            }
            at += length;
        }
        return -1;
    }

    /** How many bytes the character at this index takes, or 0 if it is none. */
    private static int characterLength(ByteBuffer bytes, int at, int end) {
        int first = bytes.get(at) & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (first < 0xC2 || first > 0xF4 || end - at < length) {
            return 0;
        }
        int second = bytes.get(at + 1) & 0xFF;
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes.get(at + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
