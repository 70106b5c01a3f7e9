package dev.tokenring.examples.dialogue;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * A question.
 *
 * @param query what is asked
 * @param sender who asks
 * @param timestamp when
 */
@JsonTypeName("NLPQuery")
record NlpQuery(
        String query,
        String sender,
        @JsonSerialize(using = TimestampWriter.class) Instant timestamp) implements NlpMessage {}
