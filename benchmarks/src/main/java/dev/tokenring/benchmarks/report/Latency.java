package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.latency.LatencyResult;
import dev.tokenring.benchmarks.peer.Peer;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * How long messages took that came at a fixed rate, counted from when each was due.
 *
 * @param peer who carried them, by the name of a constant of {@link dev.tokenring.benchmarks.peer.Peer}; or {@link #MACHINE}
 * @param waitStrategy how the handler's thread waited, by the name of a constant of
 *     {@link dev.tokenring.bus.WaitStrategy}; of the machine's hiccups, how it did in the run that they were seen in
 * @param ratePerS messages that were due in a second
 * @param microsAtPercentile microseconds that so many per cent of the messages took at most; at 100 stands the maximum
 */
public record Latency(String peer, String waitStrategy, int ratePerS, SortedMap<Double, Double> microsAtPercentile) {
    /** In place of a peer: how late a thread was that had nothing to do but sleep and look at the clock, in the same run. */
    public static final String MACHINE = "MACHINE";

    /** What was found about a peer, and about the machine meanwhile if the peer is this project. */
    static Stream<Latency> of(LatencyResult result) {
        String wait = result.waitStrategy().name();
        var ours = new Latency(
                result.peer().name(),
                wait,
                result.ratePerS(),
                result.latencies().micros());
        return result.peer() == Peer.TOKENRING
                ? Stream.of(
                        ours,
                        new Latency(
                                MACHINE,
                                wait,
                                result.ratePerS(),
                                result.hiccups().micros()))
                : Stream.of(ours);
    }

    /** The microseconds at a percentile that was recorded. */
    double microsAt(double percentile) {
        Double micros = microsAtPercentile.get(percentile);
        if (micros == null) {
            throw new IllegalArgumentException("the latency of " + peer + " at " + ratePerS
                    + " messages/s has no percentile " + percentile + ": it has " + microsAtPercentile.keySet());
        }
        return micros;
    }
}
