package dev.tokenring.benchmarks.report;

import static java.util.Objects.requireNonNullElse;

import dev.tokenring.benchmarks.latency.LatencyResult;
import dev.tokenring.benchmarks.latency.Spread;
import dev.tokenring.benchmarks.peer.Peer;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long messages took that came at a fixed rate, counted from when each was due.
 *
 * @param peer who carried them, by the name of a constant of {@link dev.tokenring.benchmarks.peer.Peer}; or {@link #MACHINE}
 * @param waitStrategy how the handler's thread waited, by the name of a constant of
 *     {@link dev.tokenring.bus.WaitStrategy}; of the machine's hiccups, how it did in the runs that they were seen in
 * @param ratePerS messages that were due in a second
 * @param microsAtPercentile microseconds that so many per cent of the messages took at most, the median of several runs; at
 *     100 stands the maximum
 * @param lowestMicros the same of the run that had the lowest there; null in results of a time before that
 * @param highestMicros the same of the run that had the highest there; null in results of a time before that
 * @param beside of the machine's hiccups, the peer in whose runs they were seen; null in results of a time before that, where
 *     it is this project, and of a peer's latencies
 * @param halfOfHighestPerS the highest rate that all peers sustain, if they were measured at half of it; null if not
 */
public record Latency(
        String peer,
        String waitStrategy,
        int ratePerS,
        SortedMap<Double, Double> microsAtPercentile,
        @Nullable SortedMap<Double, Double> lowestMicros,
        @Nullable SortedMap<Double, Double> highestMicros,
        @Nullable String beside,
        @Nullable Integer halfOfHighestPerS) {
    /** In place of a peer: how late a thread was that had nothing to do but sleep and look at the clock, in the same runs. */
    public static final String MACHINE = "MACHINE";

    /** What was found about a peer, and about the machine meanwhile. */
    static Stream<Latency> of(LatencyResult result) {
        String peer = result.peer().name();
        return Stream.of(of(result, peer, null, result.latencies()), of(result, MACHINE, peer, result.hiccups()));
    }

    private static Latency of(LatencyResult result, String peer, @Nullable String beside, Spread spread) {
        return new Latency(
                peer,
                result.waitStrategy().name(),
                result.ratePerS(),
                spread.median().micros(),
                spread.lowest().micros(),
                spread.highest().micros(),
                beside,
                result.atHalfOfTheHighest() ? result.highestSustainedPerS() : null);
    }

    /** Whether these are the machine's hiccups that were seen in the runs of a peer. */
    boolean isOfTheMachineBeside(Peer other) {
        return peer.equals(MACHINE)
                && requireNonNullElse(beside, Peer.TOKENRING.name()).equals(other.name());
    }

    /** The microseconds at a percentile that was recorded. */
    double microsAt(double percentile) {
        return at(microsAtPercentile, percentile);
    }

    /** The same of the lowest run; the median if it is not known. */
    double lowAt(double percentile) {
        return at(requireNonNullElse(lowestMicros, microsAtPercentile), percentile);
    }

    /** The same of the highest run; the median if it is not known. */
    double highAt(double percentile) {
        return at(requireNonNullElse(highestMicros, microsAtPercentile), percentile);
    }

    /** Whether it is known how far the runs lay apart. */
    boolean hasRange() {
        return lowestMicros != null && highestMicros != null;
    }

    private double at(SortedMap<Double, Double> micros, double percentile) {
        Double found = micros.get(percentile);
        if (found == null) {
            throw new IllegalArgumentException("the latency of " + peer + " at " + ratePerS
                    + " messages/s has no percentile " + percentile + ": it has " + micros.keySet());
        }
        return found;
    }
}
