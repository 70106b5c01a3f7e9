package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;

/**
 * What was found about one peer at one rate, in several JVMs.
 *
 * @param peer who carried the messages
 * @param waitStrategy how the handler waited
 * @param ratePerS messages per second
 * @param highestSustainedPerS the highest rate that the slowest of those sustained that were measured together; 0 if it was
 *     not asked for
 * @param latencies from the time at which each message was due to the handler
 * @param hiccups of the machine meanwhile
 * @param sustained whether most of the JVMs kept up the rate: otherwise the latencies say nothing but that they grew
 */
public record LatencyResult(
        Peer peer,
        WaitStrategy waitStrategy,
        int ratePerS,
        int highestSustainedPerS,
        Spread latencies,
        Spread hiccups,
        boolean sustained) {
    /** Whether the rate was made to be half of the highest that is sustained. */
    public boolean atHalfOfTheHighest() {
        return highestSustainedPerS > 0 && ratePerS == highestSustainedPerS / 2;
    }
}
