package dev.tokenring.codec;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One message as it lies on disk or crosses a wire: headers, content type, schema id, payload and checksum.
 *
 * <pre>
 *  0        3        4              8     10
 * +--------+--------+--------------+------+--------------+---------+---------+----------+
 * | T R F  | version| length       | mask | content type | headers | payload | checksum |
 * +--------+--------+--------------+------+--------------+---------+---------+----------+
 *  3 bytes   1 byte   4 bytes        2      1 + n          0 or     0 or      4 bytes
 *            = 1      of the whole   bytes  bytes          more     more      CRC32C of all
 *                     frame                                                   before it
 * </pre>
 *
 * <p>Numbers are big-endian. The mask has a bit for each header that is present; an absent one takes no byte. The first
 * eight bytes and the checksum mean the same in every version, so that a reader can tell a newer frame from a damaged
 * one. Any single flipped bit and any cut is noticed, and damage of other kinds escapes with a probability of 2<sup>-32
 * </sup>. {@code docs/frame-format.md} has the layout in full.
 *
 * <p>Nothing is copied needlessly: a frame that was read is a view of the bytes it was read from, and a frame that is
 * written copies its payload once, to where it is written. So a frame, and the buffer of its {@link #payload()}, are
 * valid only as long as those bytes stay as they are.
 *
 * <p>Thread-safety: immutable, as long as the bytes beneath are.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4">RFC 3720, appendix B.4: CRC32C</a>
 */
public final class Frame {
    /** The version of the layout that {@link #writeTo} writes. */
    public static final int VERSION = 1;

    private static final int MAGIC_AND_VERSION = 'T' << 24 | 'R' << 16 | 'F' << 8 | VERSION;
    private static final int LENGTH_AT = 4;
    private static final int CHECKSUM_BYTES = 4;
    private static final int SMALLEST_BYTES = FrameHead.SMALLEST_BYTES + CHECKSUM_BYTES;

    private final Headers headers;
    private final String contentType;
    private final @Nullable String schemaId;
    private final ByteBuffer head;
    private final ByteBuffer payload;

    private Frame(Headers headers, String contentType, @Nullable String schemaId, ByteBuffer head, ByteBuffer payload) {
        this.headers = headers;
        this.contentType = contentType;
        this.schemaId = schemaId;
        this.head = head;
        this.payload = payload;
    }

    /**
     * Frames a payload that needs no schema to be read.
     *
     * @param headers what travels beside the message; at most 1,000 free-form entries
     * @param contentType the media type of the payload, such as {@code application/json}; 1 to 255 ASCII characters
     * @param payload the bytes from the buffer's position to its limit; not copied
     * @return the frame
     * @throws CodecException if a header is no valid text (it has half of a surrogate pair), or if there are more than
     *     1,000 entries or 2<sup>31</sup> bytes
     * @throws IllegalArgumentException if the content type is empty, too long or not ASCII
     */
    public static Frame of(Headers headers, String contentType, ByteBuffer payload) {
        return of(headers, contentType, null, payload);
    }

    /**
     * Frames a payload.
     *
     * @param headers what travels beside the message; at most 1,000 free-form entries
     * @param contentType the media type of the payload, such as {@code application/json}; 1 to 255 ASCII characters
     * @param schemaId the name of the schema that the payload was written with, or null if it needs none
     * @param payload the bytes from the buffer's position to its limit; not copied
     * @return the frame
     * @throws CodecException if a header is no valid text (it has half of a surrogate pair), or if there are more than
     *     1,000 entries or 2<sup>31</sup> bytes
     * @throws IllegalArgumentException if the content type is empty, too long or not ASCII
     */
    public static Frame of(Headers headers, String contentType, @Nullable String schemaId, ByteBuffer payload) {
        requireNonNull(headers, "headers");
        requireNonNull(contentType, "contentType");
        ByteBuffer head = FrameHead.encode(headers, contentType, schemaId);
        long sizeBytes = (long) head.remaining() + payload.remaining() + CHECKSUM_BYTES;
        if (sizeBytes > Integer.MAX_VALUE) {
            throw new CodecException("Cannot frame " + sizeBytes + " bytes: a frame holds at most " + Integer.MAX_VALUE
                    + "; split the message");
        }
        head.putInt(0, MAGIC_AND_VERSION).putInt(LENGTH_AT, (int) sizeBytes);
        return new Frame(headers, contentType, schemaId, head, payload.slice().asReadOnlyBuffer());
    }

    /**
     * What travels beside the message.
     *
     * @return the headers
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The media type of the payload.
     *
     * @return the content type
     */
    public String contentType() {
        return contentType;
    }

    /**
     * The name of the schema that the payload was written with.
     *
     * @return the schema id, or null if the payload needs none
     */
    public @Nullable String schemaId() {
        return schemaId;
    }

    /**
     * The encoded message.
     *
     * @return a read-only view of the payload, which is not a copy; a new one at each call
     */
    public ByteBuffer payload() {
        return payload.duplicate();
    }

    /**
     * The size of the whole frame as it is written.
     *
     * @return bytes
     */
    public int sizeBytes() {
        return head.remaining() + payload.remaining() + CHECKSUM_BYTES;
    }

    /**
     * Writes the frame at the buffer's position and moves the position behind it.
     *
     * @param target where to write; heap or direct, of any byte order
     * @throws IllegalArgumentException if fewer than {@link #sizeBytes()} bytes remain; nothing is written then
     */
    public void writeTo(ByteBuffer target) {
        if (target.remaining() < sizeBytes()) {
            throw new IllegalArgumentException("The frame takes " + sizeBytes() + " bytes, the buffer has room for "
                    + target.remaining() + ": give it at least sizeBytes()");
        }
        int start = target.position();
        target.put(head.duplicate()).put(payload.duplicate());
        int checksum = checksum(target.duplicate().position(start).limit(target.position()));
        ByteOrder order = target.order();
        target.order(ByteOrder.BIG_ENDIAN).putInt(checksum).order(order);
    }

    /**
     * Reads the frame that starts at the buffer's position and moves the position behind it. The frame is a view of the
     * buffer's bytes.
     *
     * @param source the bytes of a frame, and maybe more behind them; of any byte order
     * @return the frame
     * @throws CodecException if what starts there is no frame, is cut short or damaged, or is a frame of a version that
     *     this class does not know; the position stays as it was then
     */
    public static Frame readFrom(ByteBuffer source) {
        int sizeBytes = sizeOf(source);
        int start = source.position();
        ByteBuffer bytes = source.slice(start, sizeBytes).asReadOnlyBuffer();
        int checksumAt = sizeBytes - CHECKSUM_BYTES;
        int expected = bytes.getInt(checksumAt);
        int found = checksum(bytes.slice(0, checksumAt));
        if (found != expected) {
            throw new CodecException(String.format(
                    "The frame is damaged: its %d bytes have the checksum %08x, but were written with %08x; read it"
                            + " again or restore it from a copy",
                    sizeBytes, found, expected));
        }
        int version = bytes.get(3) & 0xFF;
        if (version != VERSION) {
            throw new CodecException("The frame has version " + version + ", but only version " + VERSION
                    + " is known here; read it with the release that wrote it, or a later one");
        }
        ByteBuffer body = bytes.slice(0, checksumAt);
        FrameHead head = FrameHead.decode(body);
        source.position(start + sizeBytes);
        int payloadAt = body.position();
        return new Frame(head.headers(), head.contentType(), head.schemaId(), body.slice(0, payloadAt), body.slice());
    }

    /** Checks what must hold of every frame before its checksum can even be found. */
    private static int sizeOf(ByteBuffer source) {
        int remaining = source.remaining();
        if (remaining < SMALLEST_BYTES) {
            throw new CodecException("The frame is cut short: the smallest has " + SMALLEST_BYTES + " bytes, found "
                    + remaining + "; read it again or restore it from a copy");
        }
        ByteBuffer bytes = source.duplicate(); // big-endian, whatever the source's order
        int magic = bytes.getInt(source.position());
        if (magic >>> 8 != MAGIC_AND_VERSION >>> 8) {
            throw new CodecException(String.format(
                    "Not a frame: expected the bytes 54 52 46 at its start, found %02x %02x %02x; check where these"
                            + " bytes come from",
                    magic >>> 24, magic >>> 16 & 0xFF, magic >>> 8 & 0xFF));
        }
        long sizeBytes = bytes.getInt(source.position() + LENGTH_AT) & 0xFFFF_FFFFL;
        if (sizeBytes < SMALLEST_BYTES) {
            throw new CodecException("The frame is damaged: it claims to have " + sizeBytes
                    + " bytes, but the smallest has " + SMALLEST_BYTES + "; read it again or restore it from a copy");
        }
        if (sizeBytes > remaining) {
            throw new CodecException("The frame is cut short: it claims to have " + sizeBytes + " bytes, found "
                    + remaining + "; read it again or restore it from a copy");
        }
        return (int) sizeBytes;
    }

    private static int checksum(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return "Frame[" + contentType + ", " + sizeBytes() + " bytes, " + headers + "]";
    }
}
