package dev.tokenring.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Messages of which nothing would be written. */
class JsonEmptyTest {
    record Ping() {}

    /** A class whose state Jackson can't see. */
    static final class Closed {
        @SuppressWarnings("unused")
        private final String text = "lost";
    }

    @Test
    void aClassWithoutVisiblePropertiesIsRefusedInsteadOfLost() {
        assertThatThrownBy(() -> JsonCodec.of(Closed.class).encode(new Closed()))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void aRecordWithoutComponentsIsAMessage() {
        JsonCodec<Ping> codec = JsonCodec.of(Ping.class);

        assertThat(new String(codec.encode(new Ping()), StandardCharsets.UTF_8)).isEqualTo("{}");
        assertThat(codec.decode(codec.encode(new Ping()))).isEqualTo(new Ping());
    }
}
