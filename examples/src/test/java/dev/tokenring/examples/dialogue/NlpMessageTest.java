package dev.tokenring.examples.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.codec.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NlpMessageTest {
    private static final String PRINTED =
            "{ \"message_type\": \"NLPQuery\", \"query\": \"How to get started with LLMs?\", \"sender\": \"user1\","
                    + " \"timestamp\": \"2023-06-01 12:00:00\" }";

    private static final NlpQuery QUERY =
            new NlpQuery("How to get started with LLMs?", "user1", Instant.parse("2023-06-01T12:00:00Z"));

    private final JsonCodec<NlpMessage> codec = JsonCodec.of(NlpMessage.class);

    private NlpMessage decode(String json) {
        return codec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private String encode(NlpMessage message) {
        return new String(codec.encode(message), StandardCharsets.UTF_8);
    }

    @Test
    void theMessageDecodesAsPrinted() {
        assertThat(decode(PRINTED)).isEqualTo(QUERY);
    }

    @Test
    void isoTimestampsAreReadToo() {
        assertThat(decode(PRINTED.replace("2023-06-01 12:00:00", "2023-06-01T14:00:00+02:00")))
                .isEqualTo(QUERY);
        assertThat(decode(PRINTED.replace("2023-06-01 12:00:00", "2023-06-01T12:00:00Z")))
                .isEqualTo(QUERY);
    }

    @Test
    void aQueryIsWrittenInTheFormInWhichItWasPrinted() {
        assertThat(encode(QUERY))
                .isEqualTo("{\"message_type\":\"NLPQuery\",\"query\":\"How to get started with LLMs?\","
                        + "\"sender\":\"user1\",\"timestamp\":\"2023-06-01 12:00:00\"}");
    }

    @Test
    void aResponseCarriesTheCorrelationId() {
        var response = new NlpResponse("What date?", Instant.parse("2023-06-01T12:00:01Z"), "c-1");

        assertThat(encode(response))
                .isEqualTo("{\"message_type\":\"NLPResponse\",\"response\":\"What date?\","
                        + "\"timestamp\":\"2023-06-01 12:00:01\",\"correlation_id\":\"c-1\"}");
        assertThat(decode(encode(response))).isEqualTo(response);
    }
}
