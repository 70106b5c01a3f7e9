package dev.tokenring.examples.dialogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * An answer, or a part of one.
 *
 * @param response what is answered
 * @param timestamp when
 * @param correlationId the correlation id of the query
 */
@JsonTypeName("NLPResponse")
record NlpResponse(
        String response,
        @JsonSerialize(using = TimestampWriter.class) Instant timestamp,
        @JsonProperty("correlation_id") String correlationId)
        implements NlpMessage {

    /** This part and the next as one: the text of both, the time of the latter. */
    NlpResponse append(NlpResponse next) {
        return new NlpResponse(response + next.response, next.timestamp, correlationId);
    }
}
