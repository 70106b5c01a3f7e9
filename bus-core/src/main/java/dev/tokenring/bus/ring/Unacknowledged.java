package dev.tokenring.bus.ring;

import dev.tokenring.bus.Headers;
import java.util.concurrent.CompletableFuture;

/**
 * A message's headers, and its publisher who waits until a stage has passed it. Lies in the slot in place of the headers,
 * so that slots have no room for something that few messages have.
 *
 * @param sequence completes with the message's sequence, or with why there is no acknowledgement
 */
public record Unacknowledged(Headers headers, CompletableFuture<Long> sequence) {}
