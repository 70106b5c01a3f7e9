package dev.tokenring.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tokenring.bus.Headers;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All of a {@link Frame} before its payload.
 *
 * <pre>
 * offset 8   mask, 2 bytes: bit n is set if the n-th of the fields below is present
 * offset 10  content type: 1 byte length, then ASCII
 * then       0 message id       text             A text is its length in bytes as a varint (7 bits a byte, low
 *            1 correlation id   text             bits first, high bit set on all bytes but the last), then UTF-8.
 *            2 time             instant          An instant is 8 bytes of epoch seconds and 4 bytes of nanoseconds.
 *            3 sender           text             Entries are their number as a varint, then a text for each key
 *            4 priority         4 bytes          and value.
 *            5 deadline         instant
 *            6 idempotency key  text
 *            7 trace context    text
 *            8 entries          entries
 *            9 schema id        text
 * </pre>
 */
record FrameHead(
        Headers headers, String contentType, @Nullable String schemaId) {
    private static final int MASK_AT = 8;
    private static final int CONTENT_TYPE_AT = 10;
    private static final int MAX_CONTENT_TYPE = 255;
    private static final int MAX_ENTRIES = 1_000;

    /** Up to and with a content type of one character. */
    static final int SMALLEST_BYTES = CONTENT_TYPE_AT + 2;

    private static final int MESSAGE_ID = 1;
    private static final int CORRELATION_ID = 1 << 1;
    private static final int TIME = 1 << 2;
    private static final int SENDER = 1 << 3;
    private static final int PRIORITY = 1 << 4;
    private static final int DEADLINE = 1 << 5;
    private static final int IDEMPOTENCY_KEY = 1 << 6;
    private static final int TRACE_CONTEXT = 1 << 7;
    private static final int ENTRIES = 1 << 8;
    private static final int SCHEMA_ID = 1 << 9;
    private static final int ALL = (1 << 10) - 1;

    /** Everything from the frame's first byte to its payload; the first eight bytes are left to the frame. */
    static ByteBuffer encode(Headers headers, String contentType, @Nullable String schemaId) {
        var out = new Writer();
        out.contentType(contentType);
        out.text(MESSAGE_ID, "messageId", headers.messageId());
        out.text(CORRELATION_ID, "correlationId", headers.correlationId());
        out.instant(TIME, headers.time());
        out.text(SENDER, "sender", headers.sender());
        if (headers.priority() != 0) {
            out.mask |= PRIORITY;
            out.ensureRoom(Integer.BYTES).putInt(headers.priority());
        }
        out.instant(DEADLINE, headers.deadline());
        out.text(IDEMPOTENCY_KEY, "idempotencyKey", headers.idempotencyKey());
        out.text(TRACE_CONTEXT, "traceContext", headers.traceContext());
        out.entries(headers.entries());
        out.text(SCHEMA_ID, "schemaId", schemaId);
        return out.finish();
    }

    /**
     * Decodes the head and leaves the buffer's position at the payload.
     *
     * @param body the whole frame but its checksum, which has been verified
     */
    static FrameHead decode(ByteBuffer body) {
        try {
            return new Reader(body).head();
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
            throw new CodecException(
                    "The frame is malformed: its checksum is right, but its headers are not (" + e.getMessage()
                            + "); correct its writer",
                    e);
        }
    }

    /** Grows as it is written to, and collects the mask on the way. */
    private static final class Writer {
        private ByteBuffer out = ByteBuffer.allocate(128).position(CONTENT_TYPE_AT);
        private int mask;

        void contentType(String contentType) {
            byte[] ascii = contentType.getBytes(US_ASCII);
            if (ascii.length == 0
                    || ascii.length > MAX_CONTENT_TYPE
                    || !contentType.equals(new String(ascii, US_ASCII))) {
                throw new IllegalArgumentException("contentType is \"" + contentType
                        + "\": give a media type of 1 to 255 ASCII characters, such as application/json");
            }
            ensureRoom(1 + ascii.length).put((byte) ascii.length).put(ascii);
        }

        void text(int bit, String header, @Nullable String text) {
            if (text != null) {
                mask |= bit;
                text(header, text);
            }
        }

        void instant(int bit, @Nullable Instant instant) {
            if (instant != null) {
                mask |= bit;
                ensureRoom(Long.BYTES + Integer.BYTES)
                        .putLong(instant.getEpochSecond())
                        .putInt(instant.getNano());
            }
        }

        void entries(Map<String, String> entries) {
            if (entries.isEmpty()) {
                return;
            }
            if (entries.size() > MAX_ENTRIES) {
                throw new CodecException("The headers have " + entries.size() + " entries, but a frame takes at most "
                        + MAX_ENTRIES + "; move them into the message");
            }
            mask |= ENTRIES;
            varint(entries.size());
            entries.forEach((key, value) -> {
                text("entry key", key);
                text("entry " + key, value);
            });
        }

        private void text(String header, String text) {
            requirePairs(header, text);
            byte[] utf8 = text.getBytes(UTF_8);
            varint(utf8.length);
            ensureRoom(utf8.length).put(utf8);
        }

        private void varint(int value) {
            ensureRoom(5);
            int rest = value;
            while (rest > 0x7F) {
                out.put((byte) (rest | 0x80));
                rest >>>= 7;
            }
            out.put((byte) rest);
        }

        /** Half a pair has no UTF-8: it would silently come back as a question mark. */
        private static void requirePairs(String header, String text) {
            int i = 0;
            while (i < text.length()) {
                int character = text.codePointAt(i);
                if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
                    throw new CodecException(String.format(
                            "The header %s has half of a surrogate pair (%04x) at index %d, which is no character;"
                                    + " give it valid text",
                            header, character, i));
                }
                i += Character.charCount(character);
            }
        }

        ByteBuffer ensureRoom(int sizeBytes) {
            if (out.remaining() < sizeBytes) {
                int position = out.position();
                long wanted = Math.max((long) position + sizeBytes, 2L * out.capacity());
                if (wanted > Integer.MAX_VALUE - 8) {
                    throw new CodecException(
                            "The headers take more than 2 GiB, which no frame can hold; move them into the message");
                }
                out = ByteBuffer.wrap(Arrays.copyOf(out.array(), (int) wanted)).position(position);
            }
            return out;
        }

        ByteBuffer finish() {
            return out.putShort(MASK_AT, (short) mask).flip();
        }
    }

    private record Reader(ByteBuffer in) {
        FrameHead head() {
            int mask = in.getShort(MASK_AT) & 0xFFFF;
            if ((mask & ~ALL) != 0) {
                throw new IllegalArgumentException("unknown headers in the mask " + Integer.toHexString(mask));
            }
            in.position(CONTENT_TYPE_AT);
            byte[] contentType = new byte[in.get() & 0xFF];
            in.get(contentType);
            Headers headers = headers(mask);
            String schemaId = (mask & SCHEMA_ID) == 0 ? null : text();
            return new FrameHead(headers, new String(contentType, US_ASCII), schemaId);
        }

        private Headers headers(int mask) {
            var headers = Headers.NONE;
            if ((mask & MESSAGE_ID) != 0) {
                headers = headers.withMessageId(text());
            }
            if ((mask & CORRELATION_ID) != 0) {
                headers = headers.withCorrelationId(text());
            }
            if ((mask & TIME) != 0) {
                headers = headers.withTime(instant());
            }
            if ((mask & SENDER) != 0) {
                headers = headers.withSender(text());
            }
            if ((mask & PRIORITY) != 0) {
                headers = headers.withPriority(in.getInt());
            }
            if ((mask & DEADLINE) != 0) {
                headers = headers.withDeadline(instant());
            }
            if ((mask & IDEMPOTENCY_KEY) != 0) {
                headers = headers.withIdempotencyKey(text());
            }
            if ((mask & TRACE_CONTEXT) != 0) {
                headers = headers.withTraceContext(text());
            }
            return (mask & ENTRIES) == 0 ? headers : withEntries(headers);
        }

        private Headers withEntries(Headers headers) {
            int count = varint();
            if (count > MAX_ENTRIES) {
                throw new IllegalArgumentException(count + " entries");
            }
            var more = headers;
            for (int i = 0; i < count; i++) {
                more = more.withEntry(text(), text());
            }
            return more;
        }

        private Instant instant() {
            return Instant.ofEpochSecond(in.getLong(), in.getInt());
        }

        private String text() {
            int length = varint();
            if (length > in.remaining()) {
                throw new IllegalArgumentException(
                        "a text of " + length + " bytes where " + in.remaining() + " remain");
            }
            byte[] utf8 = new byte[length];
            in.get(utf8);
            if (Utf8.indexOfInvalid(ByteBuffer.wrap(utf8)) >= 0) {
                throw new IllegalArgumentException("a text that is no UTF-8");
            }
            return new String(utf8, UTF_8);
        }

        private int varint() {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                byte b = in.get();
                value |= (b & 0x7F) << shift;
                if (b >= 0) {
                    if (value < 0) {
                        break;
                    }
                    return value;
                }
            }
            throw new IllegalArgumentException("a length beyond 2^31");
        }
    }
}
