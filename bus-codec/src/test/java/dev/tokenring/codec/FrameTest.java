package dev.tokenring.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tokenring.bus.Headers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
    private static final String JSON = "application/json";
    private static final byte[] PAYLOAD = "{\"query\":\"How?\"}".getBytes(UTF_8);

    private static final Headers FULL = Headers.NONE
            .withMessageId("m-1")
            .withCorrelationId("c-1")
            .withTime(Instant.parse("2023-06-01T12:00:00.123456789Z"))
            .withSender("użytkownik \uD83D\uDE00")
            .withPriority(-7)
            .withDeadline(Instant.MAX)
            .withIdempotencyKey("k")
            .withTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .withEntry("a", "")
            .withEntry("żółć", "x".repeat(300));

    private static byte[] bytesOf(Headers headers, String schemaId, byte[] payload) {
        return bytesOf(Frame.of(headers, JSON, schemaId, ByteBuffer.wrap(payload)));
    }

    private static byte[] bytesOf(Frame frame) {
        var target = ByteBuffer.allocate(frame.sizeBytes());
        frame.writeTo(target);
        assertThat(target.hasRemaining()).isFalse();
        return target.array();
    }

    private static byte[] payloadOf(Frame frame) {
        byte[] payload = new byte[frame.payload().remaining()];
        frame.payload().get(payload);
        return payload;
    }

    @Test
    void everyHeaderAndThePayloadComeBack() {
        var frame = Frame.readFrom(ByteBuffer.wrap(bytesOf(FULL, "schema-9", PAYLOAD)));
        assertThat(frame.headers()).isEqualTo(FULL);
        assertThat(frame.contentType()).isEqualTo(JSON);
        assertThat(frame.schemaId()).isEqualTo("schema-9");
        assertThat(payloadOf(frame)).isEqualTo(PAYLOAD);
    }

    @Test
    void absentHeadersCostNoBytes() {
        int bare = 10 + 1 + JSON.length() + 4;
        assertThat(bytesOf(Headers.NONE, null, new byte[0])).hasSize(bare);
        assertThat(bytesOf(Headers.NONE.withPriority(1), null, new byte[0])).hasSize(bare + 4);
        assertThat(bytesOf(Headers.NONE.withTime(Instant.EPOCH), null, new byte[0]))
                .hasSize(bare + 12);
        assertThat(bytesOf(Headers.NONE.withSender("user1"), null, new byte[0])).hasSize(bare + 6);
    }

    /** The bytes are on disks: whoever changes them needs a new version and a reader for this one. */
    @Test
    void theLayoutIsTheDocumentedOne() {
        byte[] bytes = bytesOf(Headers.NONE.withSender("ab").withPriority(5), "s", "{}".getBytes(UTF_8));
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "545246" // T R F
                                + "01" // version
                                + "0000002a" // 42 bytes
                                + "0218" // schema id, priority, sender
                                + "10" + HexFormat.of().formatHex(JSON.getBytes(UTF_8))
                                + "026162" // sender
                                + "00000005" // priority
                                + "0173" // schema id
                                + "7b7d" // payload
                                + "5a0a9ad4"); // CRC32C
    }

    @Test
    void randomHeadersAndPayloadsComeBack() {
        var random = new Random(42);
        for (int round = 0; round < 3_000; round++) {
            Headers headers = randomHeaders(random);
            String schemaId = random.nextBoolean() ? null : randomText(random, 40);
            byte[] payload = new byte[random.nextInt(10) == 0 ? random.nextInt(100_000) : random.nextInt(300)];
            random.nextBytes(payload);
            var frame = Frame.of(headers, "x/" + random.nextInt(1_000), schemaId, ByteBuffer.wrap(payload));

            int offset = random.nextInt(9);
            int capacity = frame.sizeBytes() + offset + 5;
            ByteBuffer buffer =
                    random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
            buffer.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            ByteOrder order = buffer.order();
            buffer.position(offset);
            frame.writeTo(buffer);
            assertThat(buffer.position()).isEqualTo(offset + frame.sizeBytes());
            assertThat(buffer.order()).isEqualTo(order);

            buffer.position(offset);
            var read = Frame.readFrom(buffer);
            assertThat(buffer.position()).isEqualTo(offset + frame.sizeBytes());
            assertThat(read.headers()).isEqualTo(headers);
            assertThat(read.contentType()).isEqualTo(frame.contentType());
            assertThat(read.schemaId()).isEqualTo(schemaId);
            assertThat(payloadOf(read)).isEqualTo(payload);
            assertThat(bytesOf(read))
                    .as("a frame that was read can be written on")
                    .isEqualTo(bytesOf(frame));
        }
    }

    @Test
    void framesFollowOneAnother() {
        var buffer = ByteBuffer.allocate(1_000);
        for (int i = 0; i < 3; i++) {
            Frame.of(Headers.NONE.withPriority(i), JSON, ByteBuffer.wrap(PAYLOAD))
                    .writeTo(buffer);
        }
        buffer.flip();
        for (int i = 0; i < 3; i++) {
            assertThat(Frame.readFrom(buffer).headers().priority()).isEqualTo(i);
        }
        assertThat(buffer.hasRemaining()).isFalse();
    }

    @Test
    void everySingleBitFlipIsNoticed() {
        byte[] bytes = bytesOf(FULL, "schema-9", PAYLOAD);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            var source = ByteBuffer.wrap(damaged);
            assertThatThrownBy(() -> Frame.readFrom(source))
                    .as("bit %d", bit)
                    .isInstanceOf(CodecException.class)
                    .hasMessageMatching(".*(damaged|cut short|Not a frame).*");
            assertThat(source.position()).isZero();
        }
    }

    @Test
    void everyCutIsNoticed() {
        byte[] bytes = bytesOf(FULL, "schema-9", PAYLOAD);
        for (int length = 0; length < bytes.length; length++) {
            var cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Frame.readFrom(cut))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("cut short")
                    .hasMessageContaining("" + length);
        }
    }

    @Test
    void zerosAreNoFrame() {
        assertThatThrownBy(() -> Frame.readFrom(ByteBuffer.allocate(100)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("Not a frame")
                .hasMessageContaining("00 00 00");
    }

    @Test
    void anotherVersionIsRefusedByItsNumber() {
        byte[] bytes = bytesOf(FULL, null, PAYLOAD);
        bytes[3] = 2;
        assertThatThrownBy(() -> Frame.readFrom(withRightChecksum(bytes)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("version 1");
    }

    @Test
    void aHostileHeadWithTheRightChecksumGivesAFrameOrACodecException() {
        var random = new Random(99);
        byte[] bytes = bytesOf(FULL, "schema-9", PAYLOAD);
        int refused = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] mutant = bytes.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutant[8 + random.nextInt(mutant.length - 12)] = (byte) random.nextInt(256);
            }
            var thrown = catchThrowable(() -> Frame.readFrom(withRightChecksum(mutant)));
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(CodecException.class).hasMessageContaining("malformed");
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 49_000);
    }

    @Test
    void halfASurrogatePairIsRefusedByTheHeadersName() {
        for (String half : List.of("\uD83D", "x\uDE00", "\uDE00\uD83D", "\uD83Dx")) {
            assertThatThrownBy(() -> Frame.of(Headers.NONE.withSender(half), JSON, ByteBuffer.wrap(PAYLOAD)))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("sender");
        }
    }

    @Test
    void tooManyEntriesAreRefused() {
        var headers = Headers.NONE;
        for (int i = 0; i < 1_000; i++) {
            headers = headers.withEntry("key" + i, "");
        }
        assertThat(Frame.readFrom(ByteBuffer.wrap(bytesOf(headers, null, PAYLOAD)))
                        .headers())
                .isEqualTo(headers);
        Headers more = headers.withEntry("one", "more");
        assertThatThrownBy(() -> Frame.of(more, JSON, ByteBuffer.wrap(PAYLOAD)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("1001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/żółć"})
    void aContentTypeIsAsciiAndNotEmpty(String contentType) {
        assertThatThrownBy(() -> Frame.of(Headers.NONE, contentType, ByteBuffer.wrap(PAYLOAD)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(contentType);
    }

    @Test
    void aBufferThatIsTooSmallIsLeftAsItWas() {
        var frame = Frame.of(FULL, JSON, ByteBuffer.wrap(PAYLOAD));
        var small = ByteBuffer.allocate(frame.sizeBytes() - 1);
        assertThatThrownBy(() -> frame.writeTo(small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + frame.sizeBytes());
        assertThat(small.position()).isZero();
        assertThat(small.array()).containsOnly(0);
    }

    private static ByteBuffer withRightChecksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        return ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
    }

    private static Headers randomHeaders(Random random) {
        var headers = Headers.NONE;
        int mask = random.nextInt(512);
        headers = (mask & 1) == 0 ? headers : headers.withMessageId(randomText(random, 20));
        headers = (mask & 2) == 0 ? headers : headers.withCorrelationId(randomText(random, 200));
        headers = (mask & 4) == 0 ? headers : headers.withTime(randomInstant(random));
        headers = (mask & 8) == 0 ? headers : headers.withSender(randomText(random, 20));
        headers = (mask & 16) == 0 ? headers : headers.withPriority(random.nextInt());
        headers = (mask & 32) == 0 ? headers : headers.withDeadline(randomInstant(random));
        headers = (mask & 64) == 0 ? headers : headers.withIdempotencyKey(randomText(random, 20));
        headers = (mask & 128) == 0 ? headers : headers.withTraceContext(randomText(random, 60));
        if ((mask & 256) != 0) {
            for (int n = random.nextInt(20); n > 0; n--) {
                headers = headers.withEntry(randomText(random, 10), randomText(random, 3_000));
            }
        }
        return headers;
    }

    private static Instant randomInstant(Random random) {
        long range = Instant.MAX.getEpochSecond() - Instant.MIN.getEpochSecond();
        return Instant.ofEpochSecond(
                Instant.MIN.getEpochSecond() + Math.floorMod(random.nextLong(), range), random.nextInt(1_000_000_000));
    }

    private static String randomText(Random random, int maxLength) {
        var text = new StringBuilder();
        int[] alphabets = {0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0x1_0000, 0x10_FFFF};
        for (int n = 1 + random.nextInt(maxLength); n > 0; n--) {
            int alphabet = 2 * random.nextInt(4);
            text.appendCodePoint(random.nextInt(alphabets[alphabet], alphabets[alphabet + 1] + 1));
        }
        return text.toString();
    }
}
