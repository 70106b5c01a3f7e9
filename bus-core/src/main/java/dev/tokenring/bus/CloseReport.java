package dev.tokenring.bus;

/**
 * What became of the messages that were on the bus when it was closed. A message counts once for each subscription that
 * should get it.
 *
 * @param delivered messages and requests that handlers were done with after the closing began
 * @param refused messages and requests that were refused after the closing began
 * @param abandoned messages and requests that no handler was done with at the closing's deadline; each such request
 *     failed with {@link RequestFailure#CLOSED}
 */
public record CloseReport(long delivered, long refused, long abandoned) {}
