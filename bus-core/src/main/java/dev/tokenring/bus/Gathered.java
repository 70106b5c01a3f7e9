package dev.tokenring.bus;

import java.util.List;

/**
 * What all responders of a service were asked for, and what came of it.
 *
 * @param <R> the type of the replies
 * @param replies the replies, in the order in which they came
 * @param failures how the other responders failed, as far as it was known when enough replies were there; a responder that
 *     was still at it was cancelled, and is in neither list
 */
public record Gathered<R>(List<R> replies, List<RequestException> failures) {
    /**
     * Keeps unmodifiable copies.
     *
     * @param replies see the record
     * @param failures see the record
     */
    public Gathered {
        replies = List.copyOf(replies);
        failures = List.copyOf(failures);
    }
}
