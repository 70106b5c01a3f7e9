package dev.tokenring.examples.dialogue;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;

/**
 * A question.
 *
 * @param query what is asked
 * @param sender who asks
 * @param timestamp when
 */
@JsonTypeName("NLPQuery")
record NlpQuery(String query, String sender, Instant timestamp) implements NlpMessage {}
