package dev.tokenring.codec;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The codec contract for JSON of a plain record. */
class JsonRecordCodecTest extends CodecContract<JsonRecordCodecTest.Everything> {
    enum Mood {
        CALM,
        CROSS
    }

    record Inner(long id, double weight) {}

    record Everything(
            String text,
            int number,
            boolean flag,
            Mood mood,
            Instant time,
            List<Inner> inners,
            Map<String, Integer> counts,
            Optional<String> maybe,
            @Nullable Inner perhaps,
            float[] ignored) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Everything that
                    && text.equals(that.text)
                    && number == that.number
                    && flag == that.flag
                    && mood == that.mood
                    && time.equals(that.time)
                    && inners.equals(that.inners)
                    && counts.equals(that.counts)
                    && maybe.equals(that.maybe)
                    && java.util.Objects.equals(perhaps, that.perhaps)
                    && java.util.Arrays.equals(ignored, that.ignored);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    private static final Codec<Everything> CODEC = JsonCodec.of(Everything.class);

    @Override
    Codec<Everything> codec() {
        return CODEC;
    }

    @Override
    List<Everything> messages() {
        return List.of(
                new Everything(
                        "plain",
                        1,
                        true,
                        Mood.CALM,
                        Instant.EPOCH,
                        List.of(new Inner(1, 0.5)),
                        Map.of("a", 1),
                        Optional.of("x"),
                        new Inner(2, 1e300),
                        new float[] {1.5f, -0f}),
                new Everything(
                        "\"\\\u0000\n\u2028 żółć 你好 \uD83D\uDE00 {}[],:",
                        Integer.MIN_VALUE,
                        false,
                        Mood.CROSS,
                        Instant.parse("2023-06-01T12:00:00.123456789Z"),
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        null,
                        new float[0]),
                new Everything(
                        "",
                        Integer.MAX_VALUE,
                        false,
                        Mood.CROSS,
                        Instant.MIN,
                        List.of(new Inner(Long.MIN_VALUE, Double.MIN_VALUE), new Inner(Long.MAX_VALUE, -0.0)),
                        Map.of("", 0, "key with space", -1),
                        Optional.of(""),
                        null,
                        new float[] {Float.MAX_VALUE}));
    }
}
