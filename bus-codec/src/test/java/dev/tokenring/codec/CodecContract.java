package dev.tokenring.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What every codec promises; a codec's test extends this class and supplies the codec and some of its messages. */
abstract class CodecContract<T> {
    abstract Codec<T> codec();

    /** At least two different messages, the odd ones of the format among them. */
    abstract List<T> messages();

    @Test
    void everyMessageComesBackEqual() {
        for (T message : messages()) {
            assertThat(codec().decode(codec().encode(message))).isEqualTo(message);
        }
    }

    @Test
    void differentMessagesHaveDifferentBytes() {
        List<T> messages = messages();
        assertThat(codec().encode(messages.get(0))).isNotEqualTo(codec().encode(messages.get(1)));
    }

    @Test
    void contentTypeIsAMediaType() {
        assertThat(codec().contentType()).matches("[a-z]+/[a-z0-9.+-]+");
    }

    @Test
    void messagesAreOfTheMessageType() {
        assertThat(messages()).allSatisfy(message -> assertThat(message).isInstanceOf(codec().messageType()));
    }

    @Test
    void encodedArraysAreNotShared() {
        T message = messages().get(0);
        byte[] first = codec().encode(message);
        Arrays.fill(first, (byte) 0);
        assertThat(codec().decode(codec().encode(message))).isEqualTo(message);
    }

    @Test
    void aRangeIsDecodedWhereverItLiesAndTheBufferStaysAsItWas() {
        for (T message : messages()) {
            byte[] bytes = codec().encode(message);
            for (ByteBuffer larger : List.of(
                    ByteBuffer.allocate(bytes.length + 14),
                    ByteBuffer.allocateDirect(bytes.length + 14),
                    ByteBuffer.allocate(bytes.length + 20).position(3).slice())) {
                for (int i = 0; i < larger.capacity(); i++) {
                    larger.put(i, (byte) '#');
                }
                larger.position(5).put(bytes).flip().position(5);

                assertThat(codec().decode(larger)).isEqualTo(message);
                assertThat(larger.position()).isEqualTo(5);
                assertThat(larger.limit()).isEqualTo(5 + bytes.length);
                assertThat(codec().decode(larger.asReadOnlyBuffer())).isEqualTo(message);
            }
        }
    }

    @Test
    void theMessageOutlivesItsBytes() {
        T message = messages().get(0);
        byte[] bytes = codec().encode(message);
        T decoded = codec().decode(ByteBuffer.wrap(bytes));
        Arrays.fill(bytes, (byte) 'x');
        assertThat(decoded).isEqualTo(message);
    }

    @Test
    void emptyInputIsACodecException() {
        assertThatThrownBy(() -> codec().decode(new byte[0]))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining(codec().messageType().getSimpleName());
    }

    @Test
    void anyMutationGivesAMessageOrACodecException() {
        var random = new Random(20260101);
        List<byte[]> originals = messages().stream().map(codec()::encode).toList();
        int refused = 0;
        long end = System.nanoTime() + 1_000_000_000L;
        int rounds = 0;
        while (rounds < 2_000 || (rounds < 60_000 && System.nanoTime() < end)) {
            byte[] mutant = mutate(random, originals);
            try {
                assertThat(codec().decode(mutant)).isInstanceOf(codec().messageType());
            } catch (CodecException e) {
                assertThat(e).hasMessageContaining("annot decode").hasMessageMatching("[^\\n]+");
                refused++;
            } catch (Throwable e) {
                throw new AssertionError("round " + rounds + ": " + Arrays.toString(mutant), e);
            }
            rounds++;
        }
        assertThat(refused).as("mutations refused").isPositive();
    }

    @Test
    void anyNumberOfThreadsMayUseItAtOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var work = new ArrayList<Callable<Boolean>>();
            for (int i = 0; i < 4; i++) {
                work.add(() -> {
                    for (int n = 0; n < 200; n++) {
                        for (T message : messages()) {
                            assertThat(codec().decode(codec().encode(message))).isEqualTo(message);
                        }
                    }
                    return true;
                });
            }
            for (var done : threads.invokeAll(work)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] mutate(Random random, List<byte[]> originals) {
        byte[] bytes = originals.get(random.nextInt(originals.size())).clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> { // repeat a stretch
                    int length = random.nextInt(bytes.length - at) + 1;
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
                    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
                    bytes = longer;
                }
                case 4 -> { // drop a stretch
                    int length = Math.min(random.nextInt(8) + 1, Math.min(bytes.length - at, bytes.length - 1));
                    byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
                    System.arraycopy(bytes, at + length, shorter, at, bytes.length - at - length);
                    bytes = shorter;
                }
                default -> { // graft a stretch of another message
                    byte[] other = originals.get(random.nextInt(originals.size()));
                    int from = random.nextInt(other.length);
                    System.arraycopy(other, from, bytes, at, Math.min(other.length - from, bytes.length - at));
                }
            }
        }
        return bytes;
    }
}
