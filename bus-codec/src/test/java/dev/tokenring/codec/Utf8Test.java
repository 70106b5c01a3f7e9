package dev.tokenring.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void agreesWithTheJdksDecoderOnTextAndOnNoise() {
        var random = new Random(7);
        int valid = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = "plain ascii żółć 你好 \uD83D\uDE00 and more ascii behind".getBytes(UTF_8);
            for (int n = random.nextInt(3); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            boolean expected = isValid(bytes);
            valid += expected ? 1 : 0;
            assertThat(Utf8.indexOfInvalid(ByteBuffer.wrap(bytes)) < 0).isEqualTo(expected);
        }
        assertThat(valid).isBetween(1_000, 19_000);
    }

    @Test
    void sequencesOfThreeBytesAreJudgedAsByTheJdk() {
        byte[] bytes = new byte[3];
        for (int value = 0xC00000; value < 1 << 24; value += 1 + value % 31) {
            bytes[0] = (byte) (value >> 16);
            bytes[1] = (byte) (value >> 8);
            bytes[2] = (byte) value;
            if (Utf8.indexOfInvalid(ByteBuffer.wrap(bytes)) < 0 != isValid(bytes)) {
                throw new AssertionError(Integer.toHexString(value));
            }
        }
    }

    private static boolean isValid(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
