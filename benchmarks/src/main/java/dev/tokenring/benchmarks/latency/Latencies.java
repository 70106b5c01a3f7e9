package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Measures the latencies of several peers at the same rates, each run in a JVM of its own; the peers take turns, every other
 * time in the opposite order.
 *
 * @param peers who carries the messages
 * @param runs JVMs for each peer and rate
 * @param warmupS seconds before each measurement
 * @param seconds of each measurement
 * @param runner does one run
 */
record Latencies(List<Peer> peers, int runs, int warmupS, int seconds, Function<Run, RunResult> runner) {
    private static final int CALIBRATION_S = 1;

    /** The highest rate that all peers sustain. */
    int highestSustained(WaitStrategy waitStrategy) {
        return Calibration.highestSustained(rate -> peers.stream()
                .allMatch(peer -> runner.apply(new Run(peer, waitStrategy, rate, CALIBRATION_S, CALIBRATION_S))
                        .sustained()));
    }

    /** One result for each peer, in their order. */
    List<LatencyResult> at(int ratePerS, WaitStrategy waitStrategy, int highestSustainedPerS) {
        Map<Peer, List<RunResult>> results = new EnumMap<>(Peer.class);
        List<Peer> turns = new ArrayList<>(peers);
        for (int run = 0; run < runs; run++) {
            for (Peer peer : turns) {
                results.computeIfAbsent(peer, first -> new ArrayList<>())
                        .add(runner.apply(new Run(peer, waitStrategy, ratePerS, warmupS, seconds)));
            }
            Collections.reverse(turns);
        }
        return peers.stream()
                .map(peer -> {
                    List<RunResult> all = results.getOrDefault(peer, List.of());
                    return new LatencyResult(
                            peer,
                            waitStrategy,
                            ratePerS,
                            highestSustainedPerS,
                            Spread.of(all.stream().map(RunResult::latencies).toList()),
                            Spread.of(all.stream().map(RunResult::hiccups).toList()),
                            all.stream().filter(RunResult::sustained).count() * 2 > all.size());
                })
                .toList();
    }
}
